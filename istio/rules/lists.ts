import type { Fault } from "./fault";
import { duplicates } from "./names";

/**
 * Faults of lists that say who or what is meant: an empty one would be dropped by Istio and so mean everything,
 * the opposite of what it looks like.
 */
export function checkLists<Rule extends object>(
  setting: string,
  rule: Rule,
  names: readonly (keyof Rule & string)[],
): readonly Fault[] {
  return names.flatMap((name) => checkList(`${setting}.${name}`, rule[name]));
}

/** Faults of one such list; none where it is left out. */
export function checkList(setting: string, list: unknown): readonly Fault[] {
  if (!Array.isArray(list)) return [];
  if (list.length === 0) {
    return [
      {
        setting,
        value: [],
        allowed: "at least one entry",
        fix: `Fill it, or leave ${setting.split(".").at(-1) ?? "it"} out`,
      },
    ];
  }
  return duplicates(list.map(String)).map((value) => ({
    setting,
    value,
    allowed: "each only once",
    fix: "Take one of them out",
  }));
}
