import { randomInt } from "node:crypto";
import { isMap, isUnknown } from "../wire";
import type { Failure, InputField, PlainMap } from "../wire";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const NUMERIC = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** The inputs that RandomPassword and RandomString share. */
export const CHARACTER_INPUTS = {
  keepers: { kind: "map" },
  length: { kind: "number", required: true, min: 1 },
  lower: { kind: "boolean", default: true },
  minLower: { kind: "number", default: 0, min: 0 },
  upper: { kind: "boolean", default: true },
  minUpper: { kind: "number", default: 0, min: 0 },
  numeric: { kind: "boolean", default: true },
  minNumeric: { kind: "number", default: 0, min: 0 },
  special: { kind: "boolean", default: true },
  minSpecial: { kind: "number", default: 0, min: 0 },
  overrideSpecial: { kind: "string" },
} as const satisfies Record<string, InputField>;

/** What no text can fulfil. */
export function characterFailures(inputs: PlainMap): Failure[] {
  const { length } = inputs;
  const least = [inputs.minLower, inputs.minUpper, inputs.minNumeric, inputs.minSpecial];
  if (typeof length !== "number" || least.some((count) => isUnknown(count))) return [];
  const sum = least.reduce<number>((total, count) => total + Number(count ?? 0), 0);
  if (sum > length) {
    return [{ property: "length", reason: `must be at least ${sum}, the sum of the minimum counts` }];
  }
  const sets = [inputs.lower, inputs.upper, inputs.numeric, inputs.special];
  return sets.every((set) => set === false)
    ? [{ property: "", reason: "one of lower, upper, numeric, special must be true" }]
    : [];
}

/** A text of the wanted length, with the wanted counts, each character drawn evenly. */
export function characters(inputs: PlainMap): string {
  const special = typeof inputs.overrideSpecial === "string" ? inputs.overrideSpecial : SPECIAL;
  const sets = [
    { chars: LOWER, use: inputs.lower, least: inputs.minLower },
    { chars: UPPER, use: inputs.upper, least: inputs.minUpper },
    { chars: NUMERIC, use: inputs.numeric, least: inputs.minNumeric },
    { chars: special, use: inputs.special, least: inputs.minSpecial },
  ];
  const all = sets.map(({ chars, use }) => (use === false ? "" : chars)).join("");
  const drawn = sets.flatMap(({ chars, least }) => draw(chars, Number(least ?? 0)));
  drawn.push(...draw(all, Number(inputs.length) - drawn.length));
  return shuffle(drawn).join("");
}

/** The keepers' values must be texts, as the SDK says. */
export function keeperFailures({ keepers }: PlainMap): Failure[] {
  if (!isMap(keepers)) return [];
  return Object.entries(keepers)
    .filter(([, value]) => typeof value !== "string" && !isUnknown(value))
    .map(([key]) => ({ property: `keepers.${key}`, reason: "must be a string" }));
}

function draw(chars: string, count: number): string[] {
  return Array.from({ length: count }, () => chars.charAt(randomInt(chars.length)));
}

/** Fisher-Yates: every order is as likely as any other. */
function shuffle(items: readonly string[]): string[] {
  const shuffled = [...items];
  for (let index = shuffled.length - 1; index > 0; index -= 1) {
    const other = randomInt(index + 1);
    [shuffled[index], shuffled[other]] = [shuffled[other] ?? "", shuffled[index] ?? ""];
  }
  return shuffled;
}
