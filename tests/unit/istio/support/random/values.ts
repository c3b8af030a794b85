import fc from "fast-check";
import type { Duration, RequestMatch, Retries, TextMatch } from "../../../../../istio/intent";

const ABSENT = Symbol("absent");

/** Optional parts of a record, each there once in four: any two meet often, and most catalogs stay small. */
export function some<T extends object>(parts: { [Key in keyof T]: fc.Arbitrary<T[Key]> }): fc.Arbitrary<
  Partial<T>
> {
  const drawn = Object.entries<fc.Arbitrary<unknown>>(parts).map(([key, part]) =>
    fc
      .oneof({ weight: 3, arbitrary: fc.constant<unknown>(ABSENT) }, { weight: 1, arbitrary: part })
      .map((value) => [key, value] as const),
  );
  return fc
    .tuple(...drawn)
    .map((all) => Object.fromEntries(all.filter(([, value]) => value !== ABSENT)) as Partial<T>);
}

/** A value that is right, and now and then one that is not: rules are asked, too. */
export function mostly<T>(right: fc.Arbitrary<T>, ...wrong: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 400, arbitrary: right }, { weight: 1, arbitrary: fc.constantFrom(...wrong) });
}

/** A list of up to some different values. */
export function list<T>(of: fc.Arbitrary<T>, maxLength = 2): fc.Arbitrary<T[]> {
  return fc.uniqueArray(of, { minLength: 1, maxLength, selector: (value) => JSON.stringify(value) });
}

/** Entries that have names: each name once, and the same conditions only now and then. */
export function named<T extends { readonly name: string }>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  const matchText = (entry: T): string =>
    JSON.stringify((entry as { readonly match?: unknown }).match ?? entry.name);
  const distinct = fc.uniqueArray(of, {
    minLength: 1,
    maxLength: 2,
    comparator: (a, b) => a.name === b.name || matchText(a) === matchText(b),
  });
  const any = fc.array(of, { minLength: 1, maxLength: 2 });
  return fc.oneof({ weight: 50, arbitrary: distinct }, { weight: 1, arbitrary: any });
}

/** Names of one sort, that none of another sort has. */
export function nameOf(sort: string): fc.Arbitrary<string> {
  return mostly(
    fc.constantFrom(`${sort}-one`, `${sort}-two`),
    "Not A Name",
    "x".repeat(64),
    "taken",
    "taken",
  );
}
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

const match: fc.Arbitrary<RequestMatch> = fc
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

/** Conditions of one sort of entry: those of two sorts hold together in one route. */
export const matchOf = {
  experiment: conditions({
    headers: fc.dictionary(fc.constantFrom("x-tier", "user-agent"), headerText, { minKeys: 1, maxKeys: 2 }),
    cookies: fc.constantFrom({ experiment: "b" }, { experiment: "a", "user.id": "1+1" }),
  }),
  route: conditions({ path: textMatch, methods }),
  fault: fc.constantFrom<RequestMatch[]>(
    { headers: { "x-test-fault": "true" } },
    { headers: { "x-test-fault": { prefix: "yes" } } },
  ),
  gateway: fc.constantFrom<RequestMatch[]>(
    { headers: { "x-outside": "a" } },
    { headers: { "x-outside": "b" } },
  ),
};

function conditions(parts: {
  [Key in keyof RequestMatch]?: fc.Arbitrary<RequestMatch[Key]>;
}): fc.Arbitrary<RequestMatch> {
  const own = fc
    .record(parts, { requiredKeys: [] })
    .filter((said) => Object.keys(said).length > 0) as fc.Arbitrary<RequestMatch>;
  return fc.oneof({ weight: 50, arbitrary: own }, { weight: 1, arbitrary: match });
}

const retried: fc.Arbitrary<Retries> = fc
  .tuple(
    mostly(fc.integer({ min: 1, max: 3 }), -1, 0, 11),
    some<Omit<Retries, "attempts">>({
      perTryTimeout: fc.constantFrom<Duration[]>("100ms", "200ms"),
      on: fc.constantFrom<NonNullable<Retries["on"]>[]>(
        ["5xx"],
        ["reset", "connect-failure"],
        ["unavailable"],
      ),
      methods: fc.oneof(fc.constant("all" as const), methods),
    }),
  )
  .map(([attempts, rest]) => ({ attempts, ...rest }));
export const retries: fc.Arbitrary<Retries> = fc.oneof(
  { weight: 4, arbitrary: retried },
  { weight: 1, arbitrary: fc.constant({ attempts: 0 }) },
);
