import { containsSecret, isMap, mapEntries, own, reveal, sameValue, Secret } from "./values";
import type { Value, ValueMap } from "./values";

/** Where a provider keeps a copy of its inputs among its outputs; the copy is as secret as they are. */
const INPUTS_COPY = "__inputs";

/**
 * Marks as secret in `target` what is secret in `template`, place by place. Idempotent, and never removes a
 * mark. A list that is not the template's own becomes secret as a whole if the template's held a secret: a
 * server may have moved its items. (The engine follows the same rule for providers without secrets.)
 */
export function rewrap(target: Value, template: Value | undefined): Value {
  if (template === undefined || target instanceof Secret || !containsSecret(template)) return target;
  if (isMap(template) && isMap(target)) {
    return mapEntries(target, (item, key) => rewrap(item, own(template, key)));
  }
  if (Array.isArray(template) && Array.isArray(target) && sameValue(template, target)) {
    return target.map((item, index) => rewrap(item, template[index]));
  }
  return new Secret(reveal(target));
}

/**
 * Properties with the marks of each template and of the dotted paths, in which `*` stands for any member or
 * item. A path that is not there marks nothing.
 */
export function markSecrets(
  properties: ValueMap,
  templates: readonly ValueMap[],
  paths: readonly string[] = [],
): ValueMap {
  let marked: Value = properties;
  for (const template of templates) {
    marked = rewrap(marked, template);
    marked = rewrap(marked, { [INPUTS_COPY]: template });
  }
  for (const path of paths) marked = markPath(marked, path.split("."));
  const copy = isMap(marked) ? own(marked, INPUTS_COPY) : undefined;
  if (copy !== undefined) {
    const inCopy = paths.reduce<Value>((value, path) => markPath(value, path.split(".")), copy);
    marked = { ...(marked as ValueMap), [INPUTS_COPY]: inCopy };
  }
  return marked as ValueMap;
}

function markPath(value: Value, path: readonly string[]): Value {
  const [step, ...rest] = path;
  if (step === undefined) return value instanceof Secret ? value : new Secret(reveal(value));
  if (Array.isArray(value)) {
    return value.map((item, index) => (step === "*" || step === String(index) ? markPath(item, rest) : item));
  }
  if (!isMap(value)) return value;
  return mapEntries(value, (item, key) => (step === "*" || step === key ? markPath(item, rest) : item));
}

/** The texts inside the secrets of a request: what must not show in an error message. */
export function secretTexts(value: Value | undefined, inSecret = false): string[] {
  if (value === undefined) return [];
  if (value instanceof Secret) return secretTexts(value.value, true);
  if (typeof value === "string") return inSecret && value.length >= SHORTEST_SECRET ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => secretTexts(item, inSecret));
  return isMap(value) ? Object.values(value).flatMap((item) => secretTexts(item, inSecret)) : [];
}

/** Shorter texts ("true", "443") would blank out innocent words and are guessed anyway. */
const SHORTEST_SECRET = 6;

/** The message with every secret text blanked out, the longest first. */
export function scrub(message: string, secrets: Iterable<string>): string {
  const longestFirst = [...new Set(secrets)].toSorted((a, b) => b.length - a.length);
  return longestFirst.reduce((text, secret) => text.replaceAll(secret, "[secret]"), message);
}
