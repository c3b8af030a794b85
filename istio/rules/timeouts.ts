import type { Finding } from "./fault";
import { at, items } from "./fields";

const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  ns: 0.000_001,
};

/** Milliseconds of a duration as Istio writes it, as in `1h30m` or `1.5s`; undefined where the text is none. */
export function durationMs(text: unknown): number | undefined {
  if (typeof text !== "string" || !/^(\d+(\.\d+)?(h|ms|m|s|us|ns))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|ns)/g);
  return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ""] ?? 0), 0);
}

/** Rules of a VirtualService whose timeout is over before the last retry could begin. */
export function retriesAfterTimeout(spec: unknown): readonly Finding[] {
  return items("spec.http", at(spec, "http")).flatMap(({ setting, value }) => {
    const timeout = durationMs(value["timeout"]);
    const each = durationMs(at(value, "retries", "perTryTimeout"));
    const attempts = at(value, "retries", "attempts");
    // A timeout of 0 is none.
    if (!timeout || !each || typeof attempts !== "number" || attempts < 1) return [];
    if (attempts * each <= timeout) return [];
    return [
      {
        setting: `${setting}.timeout`,
        value: value["timeout"],
        allowed:
          `at least ${(attempts * each) / 1000}s: with tries of ${String(at(value, "retries", "perTryTimeout"))} ` +
          `retry ${attempts} begins only then`,
      },
    ];
  });
}
