import assert from "node:assert/strict";
import fc from "fast-check";
import { compile } from "../../../../istio/compile";
import type { RequestMatch, ServiceArgs, TextMatch } from "../../../../istio/intent";
import type { HttpMatch, StringMatch, VirtualServiceSpec } from "../../../../istio/model";
import { CatalogError } from "../../../../istio/rules/fault";
import { httpMatches } from "../../../../istio/traffic/httpMatch";
import { conditionOf, covers, merge, NEVER, Unmergeable } from "../../../../istio/traffic/match";
import { ROLLOUT_PHASES } from "../../../../topology";
import { CrdSchemas } from "../support/crds";
import { everywhere, meshOf, shop, shops } from "../support/fixtures";

const RUNS = 5000;
/** A whole catalog is checked and built in each. */
const CATALOGS = 300;

/** Few of each, so that conditions meet. */
const segment = fc.constantFrom("a", "ab", "b.c");
const pathText = fc.array(segment, { maxLength: 2 }).map((parts) => `/${parts.join("/")}`);
const path: fc.Arbitrary<TextMatch> = fc.oneof(
  pathText,
  pathText.map((prefix) => ({ prefix })),
);
const text: fc.Arbitrary<TextMatch> = fc.oneof(
  fc.constantFrom("1", "12"),
  fc.constantFrom({ prefix: "1" }, { regex: "1.*" }),
);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const match: fc.Arbitrary<RequestMatch> = fc
  .record({
    path: optional(path),
    headers: optional(
      fc.dictionary(fc.constantFrom("x-a", "x-b"), text, { minKeys: 1, noNullPrototype: true }),
    ),
    cookies: optional(
      fc.dictionary(fc.constantFrom("c", "d"), fc.constantFrom("1", "2"), {
        minKeys: 1,
        noNullPrototype: true,
      }),
    ),
    methods: optional(fc.subarray(["GET", "POST", "PUT"], { minLength: 1 })),
  })
  .map((all) => said(all) as RequestMatch);
const request = fc.record({
  path: fc.oneof(pathText, fc.constantFrom("/abc", "/a/", "/a/ab/x")),
  method: fc.constantFrom("GET", "POST", "PATCH"),
  headers: fc.dictionary(fc.constantFrom("x-a", "x-b"), fc.constantFrom("1", "12", "2"), {
    noNullPrototype: true,
  }),
  cookies: fc.dictionary(fc.constantFrom("c", "d", "cc"), fc.constantFrom("1", "2"), {
    noNullPrototype: true,
  }),
});
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

function said(record: object): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

function takesText(match: TextMatch, text: string): boolean {
  if (typeof match === "string") return match === text;
  return "prefix" in match ? text.startsWith(match.prefix) : new RegExp(`^(?:${match.regex})$`).test(text);
}

/** What an intent means, in its own words. */
function isMeant({ path, headers = {}, cookies = {}, methods }: RequestMatch, asked: Request): boolean {
  const below = (prefix: string): boolean =>
    prefix === "/" || asked.path === prefix || asked.path.startsWith(`${prefix}/`);
  return (
    (path === undefined ||
      (typeof path === "object" && "prefix" in path ? below(path.prefix) : takesText(path, asked.path))) &&
    (methods === undefined || methods.includes(asked.method)) &&
    Object.entries(cookies).every(([name, value]) => asked.cookies[name] === value) &&
    Object.entries(headers).every(([name, value]) => takesText(value, asked.headers[name] ?? "\0"))
  );
}

/** What Envoy does with Istio's matches. */
function isTaken(matches: readonly HttpMatch[], asked: Request): boolean {
  const takes = (match: StringMatch, text: string): boolean =>
    "exact" in match ? match.exact === text : takesText(match, text);
  const cookie = Object.entries(asked.cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join("; ");
  const sent: Record<string, string> = { ...asked.headers, ...(cookie === "" ? {} : { cookie }) };
  return matches.some(
    ({ uri, method, headers = {} }) =>
      (uri === undefined || takes(uri, asked.path)) &&
      (method === undefined || takes(method, asked.method)) &&
      Object.entries(headers).every(([name, value]) => {
        const header = sent[name];
        return header !== undefined && takes(value, header);
      }),
  );
}

describe("any condition on requests", () => {
  it("takes in Istio's terms what it means", () => {
    fc.assert(
      fc.property(match, request, (intent, asked) => {
        assert.equal(isTaken(httpMatches(conditionOf(intent)), asked), isMeant(intent, asked));
      }),
      { numRuns: RUNS },
    );
  });

  it("takes together with another what both mean, or is said not to be mergeable", () => {
    fc.assert(
      fc.property(match, match, request, (one, other, asked) => {
        const both = merge(conditionOf(one), conditionOf(other));
        if (both instanceof Unmergeable) return;
        const taken = both !== NEVER && isTaken(httpMatches(both), asked);
        assert.equal(taken, isMeant(one, asked) && isMeant(other, asked));
      }),
      { numRuns: RUNS },
    );
  });

  it("covers another only where it takes all of its requests", () => {
    fc.assert(
      fc.property(match, match, request, (one, other, asked) => {
        if (!covers(conditionOf(one), conditionOf(other)) || !isMeant(other, asked)) return;
        assert.ok(isMeant(one, asked));
      }),
      { numRuns: RUNS },
    );
  });
});

const percent = fc.integer({ min: 0, max: 100 });
const versioned = fc.oneof(
  percent.map((v1) => ({ versions: { v1, v2: 100 - v1 } })),
  fc.constant({ rollout: { stable: "v1", canary: "v2" } }),
);
const to = fc.constantFrom(
  { version: "v2" },
  { service: "shops/cart" },
  { service: "shops/cart", version: "v1" },
);
const retries = fc.record(
  {
    attempts: fc.integer({ min: 1, max: 3 }),
    perTryTimeout: fc.constant("1s" as const),
    on: fc.constantFrom(["5xx" as const], ["connect-failure" as const]),
    methods: fc.constantFrom("all" as const, ["GET"]),
  },
  { requiredKeys: ["attempts"] },
);
const entries = <T extends object>(prefix: string, entry: fc.Arbitrary<T>) =>
  fc
    .array(entry, { maxLength: 3 })
    .map((list) => list.map((one, index) => ({ ...one, name: `${prefix}${index}` })));
const traffic: fc.Arbitrary<Partial<ServiceArgs>> = fc
  .record({
    versioned,
    experiments: entries("e", fc.record({ match, to })),
    routes: entries("r", fc.record({ match, timeout: fc.constant("5s" as const) })),
    faults: entries("f", fc.record({ match, abort: fc.record({ percent, status: fc.constant(503) }) })),
    mirror: optional(fc.record({ to, percent })),
    timeout: optional(fc.constant("10s" as const)),
    retries: optional(retries),
    loadBalancing: optional(
      fc.constantFrom(
        "RANDOM" as const,
        { hashBy: { header: "x-a" } },
        { hashBy: { cookie: "c", ttl: "0s" as const } },
      ),
    ),
    connectionPool: optional(fc.record({ maxConnections: fc.integer({ min: 1, max: 100 }) })),
    outlier: optional(fc.record({ consecutive5xxErrors: fc.integer({ min: 0, max: 9 }) })),
  })
  .map(({ versioned: split, ...rest }) => ({ ...split, ...said(rest) }));

describe("any traffic of a service", function () {
  this.timeout(120_000);
  const cart = shop({ name: "cart", globalHost: "cart.global", versions: { v1: 70, v2: 30 } });
  const phase = fc.constantFrom(...ROLLOUT_PHASES);
  const compiled = (args: Partial<ServiceArgs>, canary: (typeof ROLLOUT_PHASES)[number]) => {
    const app = shops(shop(args), cart);
    return compile([app], everywhere(app), meshOf({ rollouts: { "shops/shop": canary } })).objects;
  };

  it("is refused with its setting, or passes the CRDs' schemas with weights that sum to 100", () => {
    const schemas = new CrdSchemas();
    let accepted = 0;
    fc.assert(
      fc.property(traffic, phase, (args, canary) => {
        try {
          for (const made of compiled(args, canary)) {
            assert.deepEqual(schemas.faults(made), [], `${made.kind} ${JSON.stringify(made.spec)}`);
            if (made.kind !== "VirtualService") continue;
            const names = ((made.spec as VirtualServiceSpec).http ?? []).map(({ name, route }) => {
              assert.equal(
                route.reduce((sum, { weight }) => sum + weight, 0),
                100,
              );
              return name;
            });
            assert.equal(new Set(names).size, names.length);
          }
          accepted += 1;
        } catch (error) {
          assert.ok(error instanceof CatalogError, String(error));
          for (const { setting } of error.faults)
            assert.match(setting, /^applications\.shops\.services\.shop/);
        }
      }),
      { numRuns: CATALOGS },
    );
    assert.ok(accepted > CATALOGS / 10, `only ${accepted} of ${CATALOGS} were accepted`);
  });

  it("is the same whatever the order in which versions, headers and cookies are written", () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, inner]) => [key, reversed(inner)]),
      );
    };
    fc.assert(
      fc.property(traffic, phase, (args, canary) => {
        const said = (from: Partial<ServiceArgs>): string => {
          try {
            return JSON.stringify(compiled(from, canary));
          } catch (error) {
            assert.ok(error instanceof CatalogError);
            return "refused";
          }
        };
        assert.equal(said(reversed(args) as Partial<ServiceArgs>), said(args));
      }),
      { numRuns: CATALOGS },
    );
  });
});
