import fc from "fast-check";
import type { Duration, RequestMatch, Retries, TextMatch } from "../../../../../istio/intent";

/** Optional parts of a record: each is there or not. */
export function some<T extends object>(parts: { [Key in keyof T]: fc.Arbitrary<T[Key]> }): fc.Arbitrary<
  Partial<T>
> {
  return fc.record(parts, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
}

/** A value that is right, and now and then one that is not: rules are asked, too. */
export function mostly<T>(right: fc.Arbitrary<T>, ...wrong: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 400, arbitrary: right }, { weight: 1, arbitrary: fc.constantFrom(...wrong) });
}

/** A list of up to some different values. */
export function list<T>(of: fc.Arbitrary<T>, maxLength = 2): fc.Arbitrary<T[]> {
  return fc.uniqueArray(of, { minLength: 1, maxLength, selector: (value) => JSON.stringify(value) });
}

/** Entries that have names: each name once. */
export function named<T extends { readonly name: string }>(
  of: fc.Arbitrary<T>,
  maxLength = 2,
): fc.Arbitrary<T[]> {
  return fc.uniqueArray(of, { minLength: 1, maxLength, selector: ({ name }) => name });
}

export const name = mostly(fc.constantFrom("alpha", "beta", "gamma"), "Not A Name", "x".repeat(64), "");
export const duration: fc.Arbitrary<Duration> = mostly(
  fc.constantFrom<Duration[]>("250ms", "1s", "2s", "10s", "1m"),
  "-1s",
  "0s",
  "1.5m",
);
export const longDuration: fc.Arbitrary<Duration> = fc.constantFrom<Duration[]>("30s", "1m", "5m");
export const percent = mostly(
  fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constant(0.5)),
  -1,
  101,
  Number.NaN,
);
export const count = mostly(fc.integer({ min: 1, max: 1000 }), 0, -1, 1.5);
export const path = fc.constantFrom("/", "/api", "/api/v1", "/admin", "/a.b+c");
export const methods = list(mostly(fc.constantFrom("GET", "HEAD", "POST", "DELETE"), "get", "FETCH"));
export const labels = fc.constantFrom<Readonly<Record<string, string>>[]>(
  {},
  { tier: "gold" },
  { tier: "silver" },
  { "example.com/team": "payments", tier: "gold" },
);

export const textMatch: fc.Arbitrary<TextMatch> = mostly<TextMatch>(
  fc.oneof(
    path,
    path.map((prefix) => ({ prefix })),
    fc.constantFrom({ regex: "/api/[a-z]+" }, { regex: "/(a|b)" }),
  ),
  "",
  { prefix: "" },
  { regex: "(" },
);
const headerText: fc.Arbitrary<TextMatch> = fc.constantFrom("true", { prefix: "v" }, { regex: ".*Mobile.*" });

export const match: fc.Arbitrary<RequestMatch> = fc
  .record(
    {
      headers: fc.dictionary(mostly(fc.constantFrom("x-user-id", "x-tier"), "X User"), headerText, {
        minKeys: 1,
        maxKeys: 2,
      }),
      cookies: fc.constantFrom({ experiment: "b" }, { experiment: "a", "user.id": "1+1" }),
      path: textMatch,
      methods,
    },
    { requiredKeys: [] },
  )
  .filter((said) => Object.keys(said).length > 0);

export const retries: fc.Arbitrary<Retries> = fc
  .tuple(
    mostly(fc.integer({ min: 0, max: 3 }), -1, 11),
    some<Omit<Retries, "attempts">>({
      perTryTimeout: fc.constantFrom<Duration[]>("100ms", "250ms"),
      on: fc.constantFrom<NonNullable<Retries["on"]>[]>(
        ["5xx"],
        ["reset", "connect-failure"],
        ["unavailable"],
      ),
      methods: fc.oneof(fc.constant("all" as const), methods),
    }),
  )
  .map(([attempts, rest]) => ({ attempts, ...rest }));
