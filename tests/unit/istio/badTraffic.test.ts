import assert from "node:assert/strict";
import { chooseApplications } from "../../../istio/choose";
import type { ServiceArgs } from "../../../istio/intent";
import { CatalogError } from "../../../istio/rules/fault";
import { everywhere, faults, shop, shops } from "./support/fixtures";

const S = "applications.shops.services.shop";
const cart = shop({ name: "cart", globalHost: "cart.global", versions: { v1: 100 } });
const tcp = shop({ name: "queue", globalHost: "queue.global", protocol: "TCP" });
const versions = { v1: 100, v2: 0 };
const to = { version: "v2" };
const header = (value: string) => ({ headers: { "x-a": value } });

function faultsOf(args: Partial<ServiceArgs>): readonly string[] {
  return faults([shops(shop(args), cart, tcp)]);
}

describe("traffic that cannot work", () => {
  const experiment = (match: object, target: object = to): Partial<ServiceArgs> => ({
    versions,
    experiments: [{ name: "e", match, to: target as typeof to }],
  });
  const route = (rest: object): Partial<ServiceArgs> => ({
    routes: [{ name: "r", match: { path: "/a" }, ...rest }],
  });
  const fault = (...rest: object[]): Partial<ServiceArgs> => ({
    faults: rest.map((one, index) => ({ name: `f${index}`, ...one })),
  });
  const retries = (rest: object, more: Partial<ServiceArgs> = {}): Partial<ServiceArgs> => ({
    retries: { attempts: 3, ...rest },
    ...more,
  });
  const regex = (text: string) => experiment({ path: { regex: text } });
  const rows: readonly [string, Partial<ServiceArgs>, string, string?][] = [
    [
      "a header of regions in upper case",
      { regionHeader: "X-Region" },
      `${S}.regionHeader: got "X-Region"`,
      "name in lower case",
    ],
    ["a header of regions that all have", { regionHeader: "host" }, `${S}.regionHeader: got "host"`],
    [
      "a version named like a region",
      { regionHeader: "x-region", versions: { eastus: 100 } },
      `${S}.regionHeader: got ["eastus"]`,
    ],
    [
      "an entry named like the route of a region",
      { regionHeader: "x-region", faults: [{ name: "region-eastus", abort: { percent: 1, status: 503 } }] },
      `${S}.regionHeader: got ["region-eastus"]`,
    ],
    [
      "a region named on a connection",
      { regionHeader: "x-region", protocol: "TCP" },
      `${S}.protocol: got "TCP"`,
      "regionHeader",
    ],
    ["an experiment for everybody", experiment({}), `${S}.experiments.e.match: got {}`],
    [
      "an experiment without methods",
      experiment({ methods: [] }),
      `${S}.experiments.e.match.methods: got []`,
    ],
    [
      "a method in lower case",
      experiment({ methods: ["get"] }),
      `${S}.experiments.e.match.methods: got "get"`,
    ],
    [
      "a header in upper case",
      experiment({ headers: { "X-A": "1" } }),
      `${S}.experiments.e.match.headers: got`,
    ],
    [
      "a pseudo-header",
      experiment({ headers: { ":path": "/" } }),
      `${S}.experiments.e.match.headers: got ":path"`,
    ],
    ["an empty header", experiment(header("")), `${S}.experiments.e.match.headers.x-a: got ""`],
    ["a path without a slash", experiment({ path: "a" }), `${S}.experiments.e.match.path: got "a"`],
    [
      "a path with a query",
      experiment({ path: { prefix: "/a?b" } }),
      `${S}.experiments.e.match.path: got "/a?b"`,
    ],
    [
      "a cookie with a semicolon",
      experiment({ cookies: { a: "b;c" } }),
      `${S}.experiments.e.match.cookies.a`,
    ],
    [
      "four cookies",
      experiment({ cookies: { a: "1", b: "1", c: "1", d: "1" } }),
      `${S}.experiments.e.match.cookies: got ["a","b","c","d"]`,
    ],
    [
      "cookies in two places",
      experiment({ cookies: { a: "1" }, headers: { cookie: { regex: ".*" } } }),
      `${S}.experiments.e.match.headers: got "cookie"`,
    ],
    ["a lookahead", regex("/(?!a)"), `${S}.experiments.e.match.path: got "/(?!a)"`, "RE2"],
    ["a reference back", regex("/(a)\\1"), `${S}.experiments.e.match.path: got`, "RE2"],
    ["an escape of others", regex(String.raw`/\u0041`), `${S}.experiments.e.match.path: got`, "RE2 has no"],
    ["many repetitions", regex("/a{2,1001}"), `${S}.experiments.e.match.path: got`, "1000 times"],
    [
      "a star alone, which only withoutHeaders may say",
      experiment({ headers: { "x-a": { regex: "*" } } }),
      `${S}.experiments.e.match.headers.x-a: got "*"`,
      ".*",
    ],
    ["an open bracket", regex("/(a"), `${S}.experiments.e.match.path: got "/(a"`],
    ["a long expression", regex("a".repeat(1025)), `${S}.experiments.e.match.path: got`],
    [
      "an unknown version",
      experiment(header("1"), { version: "v3" }),
      `${S}.experiments.e.to.version: got "v3"`,
    ],
    [
      "an unknown service",
      experiment(header("1"), { service: "shops/no" }),
      `${S}.experiments.e.to.service: got "shops/no"`,
    ],
    [
      "a service without requests",
      route({ to: { service: "shops/queue" } }),
      `${S}.routes.r.to.service: got`,
      "TCP",
    ],
    ["itself", route({ to: { service: "shops/shop" } }), `${S}.routes.r.to.service: got "shops/shop"`],
    [
      "another service's unknown version",
      route({ to: { service: "shops/cart", version: "v2" } }),
      `${S}.routes.r.to.version: got "v2"`,
      "v1",
    ],
    [
      "a mirror to no version",
      { mirror: { to, percent: 10 } },
      `${S}.mirror.to.version: got "v2"`,
      "it has none",
    ],
    ["a mirror of more than all", { versions, mirror: { to, percent: 101 } }, `${S}.mirror.percent: got 101`],
    ["a mirror of no number", { versions, mirror: { to, percent: NaN } }, `${S}.mirror.percent: got`],
    ["a route that does nothing", route({}), `${S}.routes.r: got`],
    [
      "a rewrite of an expression",
      route({ match: { path: { regex: "/a.*" } }, rewritePath: "/" }),
      `${S}.routes.r.rewritePath: got "/"`,
    ],
    ["a rewrite to no path", route({ rewritePath: "b" }), `${S}.routes.r.rewritePath: got "b"`],
    ["a timeout of nothing", { timeout: "0s" }, `${S}.timeout: got "0s"`],
    ["a negative timeout", { timeout: "-5s" }, `${S}.timeout: got "-5s"`],
    ["half a millisecond", { timeout: "0.5ms" }, `${S}.timeout: got "0.5ms"`],
    ["two days", { timeout: "48h" }, `${S}.timeout: got "48h"`],
    ["eleven attempts", retries({ attempts: 11 }), `${S}.retries.attempts: got 11`],
    ["an unknown condition", retries({ on: ["500"] }), `${S}.retries.on: got ["500"]`],
    ["no condition", retries({ on: [] }), `${S}.retries.on: got []`],
    ["no method", retries({ methods: [] }), `${S}.retries.methods: got []`],
    ["conditions of no retry", retries({ attempts: 0, on: ["5xx"] }), `${S}.retries: got ["on"]`],
    [
      "retries longer than the timeout",
      retries({ perTryTimeout: "4s" }, { timeout: "10s" }),
      `${S}.retries.perTryTimeout: got "4s"`,
      "3 times into the timeout of 10s",
    ],
    [
      "retries longer than a route's timeout",
      { ...retries({ perTryTimeout: "2s" }), ...route({ timeout: "5s" }) },
      `${S}.routes.r.retries.perTryTimeout: got "2s"`,
    ],
    [
      "retries of no gRPC request",
      retries({ on: ["unavailable"] }, { protocol: "GRPC" }),
      `${S}.retries.methods`,
    ],
    ["a fault that does nothing", fault({}), `${S}.faults.f0: got {}`],
    [
      "a status of no answer",
      fault({ abort: { percent: 1, status: 700 } }),
      `${S}.faults.f0.abort.status: got 700`,
    ],
    [
      "a negative percentage",
      fault({ abort: { percent: -1, status: 500 } }),
      `${S}.faults.f0.abort.percent: got -1`,
    ],
    [
      "a delay of nothing",
      fault({ delay: { percent: 1, duration: "0s" } }),
      `${S}.faults.f0.delay.duration: got`,
    ],
    [
      "two faults for everybody",
      fault({ abort: { percent: 1, status: 500 } }, { delay: { percent: 1, duration: "1s" } }),
      `${S}.faults: got ["f0","f1"]`,
    ],
    [
      "a name in upper case",
      { routes: [{ name: "R", match: { path: "/a" }, timeout: "1s" }] },
      `${S}.routes.R.name`,
    ],
    [
      "a name twice",
      { ...experiment(header("1")), routes: [{ name: "e", match: { path: "/a" }, timeout: "1s" }] },
      `${S}: got "e"`,
    ],
    [
      "the last route's name",
      { routes: [{ name: "default", match: { path: "/a" }, timeout: "1s" }] },
      `${S}: got`,
    ],
    ["versions beside a rollout", { versions, rollout: { stable: "v1", canary: "v2" } }, `${S}.rollout: got`],
    ["a canary that is the stable one", { rollout: { stable: "v1", canary: "v1" } }, `${S}.rollout: got`],
    ["a canary in upper case", { rollout: { stable: "v1", canary: "V2" } }, `${S}.rollout.canary: got "V2"`],
    [
      "an experiment that another takes",
      {
        versions,
        experiments: [
          { name: "a", match: header("1"), to },
          { name: "b", match: { ...header("1"), path: "/b" }, to },
        ],
      },
      `${S}.experiments.b.match: got`,
    ],
    [
      "a route that another takes",
      {
        routes: [
          { name: "a", match: { path: { prefix: "/a" } }, timeout: "1s" },
          { name: "b", match: { path: "/a/b" }, timeout: "2s" },
        ],
      },
      `${S}.routes.b.match: got "/a/b"`.replace('"/a/b"', '{"path":"/a/b"}'),
    ],
    [
      "expressions that no route can say together",
      {
        versions,
        experiments: [{ name: "e", match: { path: { regex: "/a.*" } }, to }],
        routes: [{ name: "r", match: { path: { prefix: "/a" } }, timeout: "1s" }],
      },
      `${S}: got ["e","r"]`,
      "path",
    ],
    ["a hash by nothing", { loadBalancing: { hashBy: {} as never } }, `${S}.loadBalancing.hashBy: got []`],
    [
      "a hash by two keys",
      { loadBalancing: { hashBy: { header: "a", queryParameter: "b" } as never } },
      `${S}.loadBalancing.hashBy: got`,
    ],
    [
      "a hash by a name with a space",
      { loadBalancing: { hashBy: { header: "a b" } } },
      `${S}.loadBalancing.hashBy`,
    ],
    [
      "a ring of nothing",
      { loadBalancing: { hashBy: { sourceAddress: true }, minimumRingSize: 0 } },
      `${S}.loadBalancing.minimumRingSize: got 0`,
    ],
    ["a pool of nothing", { connectionPool: {} }, `${S}.connectionPool: got {}`],
    ["no connection", { connectionPool: { maxConnections: 0 } }, `${S}.connectionPool.maxConnections: got 0`],
    ["half a connection", { connectionPool: { maxConnections: 0.5 } }, `${S}.connectionPool.maxConnections`],
    [
      "errors that do not count",
      { outlier: { consecutiveGatewayErrors: 0 } },
      `${S}.outlier: got {"consecutiveGatewayErrors":0}`,
    ],
    ["nobody left out", { outlier: { maxEjectionPercent: 0 } }, `${S}.outlier.maxEjectionPercent: got 0`],
    ["a look every nothing", { outlier: { interval: "0s" } }, `${S}.outlier.interval: got "0s"`],
    ["a timeout of connections", { protocol: "TCP", timeout: "1s" }, `${S}.protocol: got "TCP"`, "timeout"],
    [
      "requests of connections",
      { protocol: "TCP", connectionPool: { maxConnections: 1, maxRetries: 1 } },
      `${S}.protocol: got "TCP"`,
      "connectionPool.maxRetries",
    ],
    [
      "a hash of connections by header",
      { protocol: "TCP", loadBalancing: { hashBy: { header: "a" } } },
      `${S}.protocol: got "TCP"`,
      "loadBalancing.hashBy.header",
    ],
  ];
  for (const [title, args, beginning, mention = ""] of rows) {
    it(`is refused: ${title}`, () => {
      const found = faultsOf(args).filter((line) => line.startsWith(beginning));
      assert.equal(found.length, 1, faultsOf(args).join("\n") || "no fault");
      assert.ok(found[0]?.includes(mention) && found[0].includes("; allowed is "), found[0]);
    });
  }

  const sound: readonly [string, Partial<ServiceArgs>][] = [
    ["retries that just fit", { timeout: "10s", retries: { attempts: 3, perTryTimeout: "3s", on: ["5xx"] } }],
    ["gRPC retries of what nobody has seen", { protocol: "GRPC", retries: { attempts: 2 } }],
    [
      "a hash of connections by address",
      { protocol: "TCP", loadBalancing: { hashBy: { sourceAddress: true } } },
    ],
    ["a pool of connections", { protocol: "TCP", connectionPool: { maxConnections: 1, idleTimeout: "1m" } }],
    ["a session's cookie", { loadBalancing: { hashBy: { cookie: "s", ttl: "0s" } } }],
    ["a header that is there", experiment({ headers: { "x-a": { regex: ".*" } } })],
    ["an expression with a flag", regex("/(?i)a.*")],
    ["an expression with a flag for a part", regex("/(?i:a)b{1,1000}")],
    ["a backslash before a digit", regex(String.raw`/\\1`)],
    ["a name", regex(String.raw`/(?P<n>\pL)\z`)],
  ];
  for (const [title, args] of sound) {
    it(`is not refused: ${title}`, () => assert.deepEqual(faultsOf(args), []));
  }
});

describe("phases of canaries", () => {
  const rolling = shop({ rollout: { stable: "v1", canary: "v2" } });
  const app = shops(rolling, cart);
  const catalog = { applications: [app], bindings: everywhere(app) };
  const refusal = (rollouts: Record<string, number>, names: readonly string[] = ["shops"]): string => {
    try {
      chooseApplications(catalog, names, rollouts as Record<string, 10>);
      return "";
    } catch (error) {
      assert.ok(error instanceof CatalogError);
      return error.message;
    }
  };

  it("need a service of the catalog that has one, chosen or not", () => {
    assert.equal(refusal({ "shops/shop": 25 }), "");
    assert.equal(refusal({ "shops/shop": 25 }, []), "");
    assert.equal(refusal({}), "");
    assert.match(
      refusal({ "shops/no": 25 }),
      /rollouts\.yaml: got "shops\/no"; allowed is .*: shops\/shop\. Correct/,
    );
    assert.match(refusal({ "shops/cart": 25 }), /rollouts\.yaml: got "shops\/cart"; .*Say rollout/);
    assert.match(refusal({ "shops/shop": 30 }), /rollouts\.yaml: shops\/shop: got 30; allowed is 0, 10, 25/);
  });
});
