/**
 * Stands for a value that is not known before the update runs. It is a symbol, which no value of a resource is: a
 * predicate of azure/ or istio/, which cannot import this room, tells it by `typeof value === "symbol"`.
 */
export const UNKNOWN: unique symbol = Symbol("not known before the update");

export function isUnknown(value: unknown): value is symbol {
  return typeof value === "symbol";
}

/** The texts that the engine puts in place of unknown values of each kind (pulumi/sdk: `resource.UnknownStringValue`, …). */
const SENTINELS: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/**
 * Plain data of what the policy SDK hands to a policy. The SDK wraps it so that touching an unknown value throws,
 * which would end a rule at the first one that it meets and say so as a warning of its own. Descriptors show what is
 * there without touching it.
 */
export function plainData(value: unknown): unknown {
  if (SENTINELS.has(value)) return UNKNOWN;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(
    ([key, { value: inner }]): [string, unknown][] =>
      inner === undefined || typeof inner === "function" ? [] : [[key, plainData(inner)]],
  );
  if (!Array.isArray(value)) return Object.fromEntries(entries);
  return entries.filter(([key]) => key !== "length").map(([, inner]) => inner);
}
