import type { Fault } from "../../istio/rules/fault";

/**
 * What becomes of a setting of the catalog: Linkerd does as it says, it has rules of its own in this folder, or it
 * is refused with what is allowed instead and what to do.
 */
export type Verdict = "honoured" | "checked" | Refusal;

/** Why a setting is refused. */
export interface Refusal {
  /** End of the sentence "allowed is …". */
  readonly allowed: string;
  readonly fix: string;
}

/** A refusal of what Linkerd has nothing for at all. */
export function nothing(why: string, fix = "Take it out"): Refusal {
  return { allowed: `nothing with meshKind linkerd: ${why}`, fix };
}

/**
 * Faults of the settings that an entry says though Linkerd cannot honour them. An empty list says nothing.
 * @param setting where the entry stands.
 */
export function refused(
  setting: string,
  entry: object,
  verdicts: Readonly<Record<string, Verdict>>,
): readonly Fault[] {
  return Object.entries(entry).flatMap(([key, value]: [string, unknown]) => {
    const verdict = verdicts[key];
    if (verdict === undefined || typeof verdict === "string" || isEmpty(value)) return [];
    return [{ setting: `${setting}.${key}`, value, ...verdict }];
  });
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}
