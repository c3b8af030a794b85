import type { RequestMatch, TextMatch } from "../intent";
import type { MergedPath, PathRule } from "./paths";
import { behind, trimmed } from "./paths";

/** An expression lists the orders of its cookies; four have twenty-four. */
export const MOST_COOKIES = 3;

/** Conditions on requests, with what becomes of their path. */
export interface Condition extends PathRule {
  readonly headers: Readonly<Record<string, TextMatch>>;
  readonly cookies: Readonly<Record<string, string>>;
  /** @default every method */
  readonly methods?: readonly string[];
}

/** Two conditions that hold for some requests, but that no single comparison can say. */
export class Unmergeable {
  /** @param part what both of them compare, as in `path` or the name of a header. */
  constructor(readonly part: string) {}
}

/** No request can fulfil both conditions. A symbol, because a text may be any word. */
export const NEVER = Symbol("never");

/** Two conditions in one. */
export type Merged<T> = T | typeof NEVER | Unmergeable;

/** The condition of a match, without its rewrite. */
export function conditionOf({ headers = {}, cookies = {}, methods, path }: RequestMatch = {}): Condition {
  return {
    headers,
    cookies,
    ...(methods === undefined ? {} : { methods }),
    ...(path === undefined ? {} : { path }),
  };
}

/**
 * What both conditions take, the inner one being asked about the path that the outer one leaves. {@link NEVER}
 * where no request can fulfil both.
 */
export function merge(outer: Condition, inner: Condition): Merged<Condition> {
  const path: MergedPath = behind(outer, inner);
  const headers = mergedTexts(outer.headers, inner.headers, bothTexts);
  const cookies = mergedTexts(outer.cookies, inner.cookies, (one, other) => (one === other ? one : NEVER));
  const methods = bothMethods(outer.methods, inner.methods);
  if (path === "never" || headers === NEVER || cookies === NEVER || methods?.length === 0) return NEVER;
  if (path === "unmergeable") return new Unmergeable("path");
  if (headers instanceof Unmergeable) return headers;
  if (cookies instanceof Unmergeable) return cookies;
  const count = Object.keys(cookies).length;
  if (count > MOST_COOKIES || (count > 0 && "cookie" in headers)) return new Unmergeable("cookies");
  return { headers, cookies, ...(methods === undefined ? {} : { methods }), ...path };
}

/** Whether every request that fulfils the second condition fulfils the first. */
export function covers(first: Condition, second: Condition): boolean {
  const both = merge(conditionOf(first), second);
  if (both === NEVER || both instanceof Unmergeable) return false;
  return sorted(both) === sorted(second);
}

/** A condition in one form, without its rewrite. */
function sorted({ path, headers, cookies, methods }: Condition): string {
  const entries = (texts: Texts<TextMatch>) =>
    Object.entries(texts).toSorted(([left], [right]) => (left < right ? -1 : 1));
  const where = typeof path === "object" && "prefix" in path ? { prefix: trimmed(path.prefix) } : path;
  return JSON.stringify([where, entries(headers), entries(cookies), methods?.toSorted()]);
}

type Texts<T> = Readonly<Record<string, T>>;

function mergedTexts<T extends TextMatch>(
  outer: Texts<T>,
  inner: Texts<T>,
  both: (one: T, other: T) => Merged<T>,
): Merged<Texts<T>> {
  const merged = new Map(Object.entries(outer));
  let unmergeable: Unmergeable | undefined;
  for (const [name, value] of Object.entries(inner)) {
    const given = merged.get(name);
    const together = given === undefined ? value : both(given, value);
    if (together === NEVER) return NEVER;
    if (together instanceof Unmergeable) unmergeable = new Unmergeable(name);
    else merged.set(name, together);
  }
  return unmergeable ?? Object.fromEntries(merged);
}

function bothTexts(one: TextMatch, other: TextMatch): Merged<TextMatch> {
  if (JSON.stringify(one) === JSON.stringify(other)) return one;
  const [left, right] = [textOf(one), textOf(other)];
  if (left === undefined || right === undefined) return new Unmergeable("header");
  if (typeof one === "string") return isTaken(one, other) ? one : NEVER;
  if (typeof other === "string") return isTaken(other, one) ? other : NEVER;
  if (left.startsWith(right)) return one;
  return right.startsWith(left) ? other : NEVER;
}

function isTaken(text: string, match: TextMatch): boolean {
  if (typeof match === "string") return text === match;
  return "prefix" in match && text.startsWith(match.prefix);
}

/** The text itself or the one that it begins with; what an expression matches is not looked into. */
function textOf(match: TextMatch): string | undefined {
  if (typeof match === "string") return match;
  return "prefix" in match ? match.prefix : undefined;
}

function bothMethods(
  outer: readonly string[] | undefined,
  inner: readonly string[] | undefined,
): readonly string[] | undefined {
  if (outer === undefined || inner === undefined) return outer ?? inner;
  return outer.filter((method) => inner.includes(method));
}
