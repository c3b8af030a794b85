import type { z } from "zod";
import { type Fault, type Path, pathText, show, unknownNameFix } from "./faults";
import { docAt, kindsOf, namesAt, schemaAt, valueAt } from "./walk";

/** One setting whose value a schema has refused. */
export interface Refused {
  /** Full name up to the setting, as `global-mesh:regions`. */
  readonly setting: string;
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
}

type Issue = z.core.$ZodIssue;

/** Says what a schema has against a value in the words of the settings' documentation. */
export function faultsOf(refused: Refused, issues: readonly Issue[]): readonly Fault[] {
  return issues.flatMap((issue) => faultOf(refused, issue, []));
}

function faultOf(refused: Refused, issue: Issue, outer: Path): readonly Fault[] {
  const path = [...outer, ...issue.path];
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(refused, [...path, key]));
  if (issue.code === "invalid_union") {
    // Of the alternatives only the one that is an object, as the value is, can say more than "none of them".
    const inner = issue.errors.find((errors) =>
      errors.some((error) => error.path.length > 0 || isKeys(error)),
    );
    if (inner !== undefined) return inner.flatMap((part) => faultOf(refused, part, path));
  }
  return [fault(refused, path)];
}

function isKeys(issue: Issue): boolean {
  return issue.code === "unrecognized_keys";
}

function fault(refused: Refused, path: Path): Fault {
  const doc = docAt(refused.schema, path);
  const value = valueAt(refused.value, path);
  return {
    setting: settingName(refused.setting, path),
    got: show(value),
    allowed: doc?.allowed ?? "another value",
    fix: doc?.fix ?? fixOf(schemaAt(refused.schema, path), value, path),
  };
}

/** What to do about a value, as far as the value shows what was meant. */
function fixOf(schema: z.core.$ZodType | undefined, value: unknown, path: Path): string {
  if (value === undefined) {
    return path.length > 0
      ? "set it: it has no default"
      : "write it in Pulumi.yaml, which holds the default of every shared setting";
  }
  const general = "write one of the allowed values";
  if (schema === undefined) return general;
  const kinds = kindsOf(schema);
  if (typeof value === "string" && kinds.choices.length > 0) {
    return unknownNameFix(value, kinds.choices, general);
  }
  const bare = typeof value === "string" && kinds.scalars.some((pattern) => pattern.test(value));
  if (bare) return `write it without quotes: ${value}`;
  if (kinds.list && typeof value !== "object") return `write it as a list: [${show(value)}]`;
  return kinds.default === undefined
    ? general
    : `${general}, or leave it out for its default, ${show(kinds.default)}`;
}

function unknownKey(refused: Refused, path: Path): Fault {
  const key = String(path.at(-1));
  const known = namesAt(refused.schema, path.slice(0, -1));
  return {
    setting: settingName(refused.setting, path),
    // The value is not shown: what was meant by an unknown name may be a secret.
    got: "a name that is not known here",
    allowed: known.join(", "),
    fix: unknownNameFix(key, known, "remove it"),
  };
}

/** Name of a part of a setting. */
export function settingName(setting: string, path: Path): string {
  if (path.length === 0) return setting;
  const text = pathText(path);
  return text.startsWith("[") ? `${setting}${text}` : `${setting}.${text}`;
}
