import assert from "node:assert/strict";
import { compile } from "../../../../istio/compile";
import type { ServiceArgs } from "../../../../istio/intent";
import type { HttpRoute, VirtualServiceSpec } from "../../../../istio/model";
import { buildScope } from "../../../../istio/scope";
import { httpRoutes, type RouteOptions } from "../../../../istio/traffic/routes";
import { everywhere, meshOf, shop, shops } from "../support/fixtures";

const cart = shop({ name: "cart", globalHost: "cart.global", port: 8080, versions: { v1: 90, v2: 10 } });
const host = "shop.global";
const all = [{ destination: { host }, weight: 100 }];
const version = (subset: string) => [{ destination: { host, subset }, weight: 100 }];
const prefix = (path: string) => [{ uri: { exact: path } }, { uri: { prefix: `${path}/` } }];
const IDEMPOTENT = { regex: "DELETE|GET|HEAD|OPTIONS|PUT|TRACE" };

/** The routes of the service `shop` as they are applied; none where it has no VirtualService. */
function routes(
  args: Partial<ServiceArgs>,
  rollouts: Record<string, 0 | 10 | 25 | 50 | 75 | 100> = {},
): readonly HttpRoute[] | undefined {
  const app = shops(shop(args), cart);
  const { objects } = compile([app], everywhere(app), meshOf({ rollouts }));
  const made = objects.find(({ kind, metadata }) => kind === "VirtualService" && metadata.name === "shop");
  return (made?.spec as VirtualServiceSpec | undefined)?.http;
}

/** Routes as a gateway has them. */
function gatewayRoutes(args: Partial<ServiceArgs>, options: RouteOptions): readonly HttpRoute[] {
  const app = shops(shop(args), cart);
  return httpRoutes(shop(args), buildScope([app], meshOf()), options);
}

describe("routes of a service", () => {
  const rows: readonly [string, Partial<ServiceArgs>, readonly HttpRoute[] | undefined][] = [
    ["nothing", {}, undefined],
    ["empty lists", { experiments: [], routes: [], faults: [] }, undefined],
    [
      "a split",
      { versions: { v2: 20, v1: 80 } },
      [
        {
          route: [
            { destination: { host, subset: "v1" }, weight: 80 },
            { destination: { host, subset: "v2" }, weight: 20 },
          ],
        },
      ],
    ],
    [
      "a region that requests name, before experiments, on every path",
      {
        regionHeader: "x-mesh-region",
        versions: { v1: 100 },
        experiments: [{ name: "beta", match: { headers: { "x-beta": "1" } }, to: { version: "v1" } }],
        routes: [{ name: "slow", match: { path: "/slow" }, timeout: "60s" }],
      },
      [
        ...["eastus", "southeastasia", "westeurope"].flatMap((region) => {
          const headers = { "x-mesh-region": { exact: region } };
          const to = { headers: { response: { set: { "x-mesh-region": region } } }, route: version(region) };
          return [
            {
              name: `region-${region}.slow`,
              match: [{ uri: { exact: "/slow" }, headers }],
              ...to,
              timeout: "60s" as const,
            },
            { name: `region-${region}`, match: [{ headers }], ...to },
          ];
        }),
        {
          name: "beta.slow",
          match: [{ uri: { exact: "/slow" }, headers: { "x-beta": { exact: "1" } } }],
          route: version("v1"),
          timeout: "60s",
        },
        { name: "beta", match: [{ headers: { "x-beta": { exact: "1" } } }], route: version("v1") },
        { name: "slow", match: [{ uri: { exact: "/slow" } }], route: version("v1"), timeout: "60s" },
        { name: "default", route: version("v1") },
      ],
    ],
    ["a timeout", { timeout: "10s" }, [{ route: all, timeout: "10s" }]],
    ["no retries", { retries: { attempts: 0 } }, [{ route: all, retries: { attempts: 0 } }]],
    [
      "retries of what nobody has seen, of every method alike",
      { retries: { attempts: 3 } },
      [{ route: all, retries: { attempts: 3, retryOn: "connect-failure,refused-stream" } }],
    ],
    [
      "retries of answers, apart by method",
      { retries: { attempts: 3, perTryTimeout: "2s", on: ["5xx"] }, timeout: "10s" },
      [
        {
          name: "default",
          match: [{ method: IDEMPOTENT }],
          route: all,
          timeout: "10s",
          retries: { attempts: 3, perTryTimeout: "2s", retryOn: "5xx" },
        },
        {
          name: "default.other-methods",
          route: all,
          timeout: "10s",
          retries: { attempts: 3, retryOn: "connect-failure,refused-stream" },
        },
      ],
    ],
    [
      "retries of answers to all methods",
      { retries: { attempts: 1, on: ["reset"], methods: "all" } },
      [{ route: all, retries: { attempts: 1, retryOn: "reset" } }],
    ],
    [
      "retries of one method",
      { retries: { attempts: 1, on: ["5xx"], methods: ["GET"] } },
      [
        {
          name: "default",
          match: [{ method: { exact: "GET" } }],
          route: all,
          retries: { attempts: 1, retryOn: "5xx" },
        },
        {
          name: "default.other-methods",
          route: all,
          retries: { attempts: 1, retryOn: "connect-failure,refused-stream" },
        },
      ],
    ],
    [
      "a mirror to another service",
      { mirror: { to: { service: "shops/cart" }, percent: 10 } },
      [
        {
          route: all,
          mirror: { host: "cart.global", port: { number: 8080 } },
          mirrorPercentage: { value: 10 },
        },
      ],
    ],
    [
      "a fault for everybody",
      { faults: [{ name: "slow", delay: { percent: 0.5, duration: "5s" } }] },
      [{ route: all, fault: { delay: { percentage: { value: 0.5 }, fixedDelay: "5s" } } }],
    ],
    [
      "a fault for a mark, first",
      {
        faults: [
          {
            name: "test",
            match: { headers: { "x-test-fault": "true" } },
            abort: { percent: 100, status: 503 },
          },
        ],
      },
      [
        {
          name: "test",
          match: [{ headers: { "x-test-fault": { exact: "true" } } }],
          fault: { abort: { percentage: { value: 100 }, httpStatus: 503 } },
          route: all,
        },
        { name: "default", route: all },
      ],
    ],
    [
      "an experiment by header",
      {
        versions: { v1: 100, v2: 0 },
        experiments: [
          { name: "beta", match: { headers: { "x-beta": { prefix: "y" } } }, to: { version: "v2" } },
        ],
      },
      [
        { name: "beta", match: [{ headers: { "x-beta": { prefix: "y" } } }], route: version("v2") },
        {
          name: "default",
          route: [
            { destination: { host, subset: "v1" }, weight: 100 },
            { destination: { host, subset: "v2" }, weight: 0 },
          ],
        },
      ],
    ],
    [
      "a path of another service, by that service's own split and port",
      { routes: [{ name: "cart", match: { path: { prefix: "/cart/" } }, to: { service: "shops/cart" } }] },
      [
        {
          name: "cart",
          match: prefix("/cart"),
          route: [
            { destination: { host: "cart.global", subset: "v1", port: { number: 8080 } }, weight: 90 },
            { destination: { host: "cart.global", subset: "v2", port: { number: 8080 } }, weight: 10 },
          ],
        },
        { name: "default", route: all },
      ],
    ],
    [
      "a rewrite of one path and of prefixes",
      {
        routes: [
          { name: "one", match: { path: "/a.b" }, rewritePath: "/c" },
          { name: "strip", match: { path: { prefix: "/old.api" } }, rewritePath: "/" },
          { name: "move", match: { path: { prefix: "/v1" } }, rewritePath: "/v2" },
        ],
      },
      [
        { name: "one", match: [{ uri: { exact: "/a.b" } }], rewrite: { uri: "/c" }, route: all },
        {
          name: "strip",
          match: prefix("/old.api"),
          rewrite: { uriRegexRewrite: { match: "^/old\\.api/?", rewrite: "/" } },
          route: all,
        },
        {
          name: "move",
          match: prefix("/v1"),
          rewrite: { uriRegexRewrite: { match: "^/v1", rewrite: "/v2" } },
          route: all,
        },
        { name: "default", route: all },
      ],
    ],
    [
      "methods and a path of one route, with limits of its own",
      {
        timeout: "10s",
        routes: [{ name: "export", match: { path: "/export", methods: ["POST", "GET"] }, timeout: "60s" }],
      },
      [
        {
          name: "export",
          match: [{ uri: { exact: "/export" }, method: { regex: "GET|POST" } }],
          route: all,
          timeout: "60s",
        },
        { name: "default", route: all, timeout: "10s" },
      ],
    ],
  ];
  for (const [title, args, expected] of rows) {
    it(`say ${title}`, () => assert.deepEqual(routes(args), expected));
  }

  it("are tried in the documented order, each entry together with those after it", () => {
    const made = routes({
      versions: { v1: 80, v2: 20 },
      faults: [
        { name: "test", match: { headers: { "x-test": "1" } }, abort: { percent: 1, status: 500 } },
        { name: "chaos", abort: { percent: 2, status: 503 } },
      ],
      experiments: [{ name: "beta", match: { cookies: { beta: "1" } }, to: { version: "v2" } }],
      routes: [
        { name: "api", match: { path: { prefix: "/api" } }, rewritePath: "/" },
        { name: "cart", match: { path: { prefix: "/cart" } }, to: { service: "shops/cart" } },
      ],
      mirror: { to: { version: "v2" }, percent: 5 },
    });
    const summary = made?.map(({ name, fault, rewrite, mirror, route }) => [
      name,
      fault?.abort?.httpStatus,
      rewrite !== undefined,
      mirror !== undefined,
      route.map(({ destination }) => `${destination.host} ${destination.subset ?? ""}`).join(),
    ]);
    const split = "shop.global v1,shop.global v2";
    const carts = "cart.global v1,cart.global v2";
    assert.deepEqual(summary, [
      ["test.beta.api", 500, true, false, "shop.global v2"],
      ["test.beta", 500, false, false, "shop.global v2"],
      ["test.api", 500, true, true, split],
      ["test.cart", 500, false, false, carts],
      ["test", 500, false, true, split],
      ["beta.api", undefined, true, false, "shop.global v2"],
      ["beta", undefined, false, false, "shop.global v2"],
      ["api", 503, true, true, split],
      ["cart", 503, false, false, carts],
      ["default", 503, false, true, split],
    ]);
  });
});

describe("a cookie among others", () => {
  const regexOf = (cookies: Record<string, string>): RegExp => {
    const made = routes({
      versions: { v1: 100, v2: 0 },
      experiments: [{ name: "beta", match: { cookies }, to: { version: "v2" } }],
    });
    const header = made?.[0]?.match?.[0]?.headers?.["cookie"];
    assert.ok(header !== undefined && "regex" in header);
    assert.ok(header.regex.startsWith("^") && header.regex.endsWith("$"));
    return new RegExp(header.regex);
  };
  const rows: readonly [Record<string, string>, string, boolean][] = [
    [{ ab: "b" }, "ab=b", true],
    [{ ab: "b" }, "x=1; ab=b; y=2", true],
    [{ ab: "b" }, "x=1;ab=b", true],
    [{ ab: "b" }, "ab=bc", false],
    [{ ab: "b" }, "xab=b", false],
    [{ ab: "b" }, "x=ab=b", false],
    [{ ab: "b" }, "ab=a; x=b", false],
    [{ ab: "b" }, "", false],
    [{ "a.b": "1+1" }, "a.b=1+1", true],
    [{ "a.b": "1+1" }, "axb=1+1", false],
    [{ "a.b": "1+1" }, "a.b=11", false],
    [{ a: "1", b: "2" }, "a=1; b=2", true],
    [{ a: "1", b: "2" }, "b=2; x=0; a=1", true],
    [{ a: "1", b: "2" }, "a=1; xb=2", false],
    [{ a: "1", b: "2" }, "a=1", false],
    [{ a: "1", b: "2", c: "3" }, "c=3;a=1; d=4;b=2", true],
    [{ a: "1", b: "2", c: "3" }, "c=3;a=1; d=4;b=3", false],
  ];
  for (const [cookies, header, expected] of rows) {
    it(`${JSON.stringify(cookies)} is ${expected ? "" : "not "}in "${header}"`, () =>
      assert.equal(regexOf(cookies).test(header), expected));
  }
});

describe("routes behind a gateway", () => {
  const api: RouteOptions = { match: { path: { prefix: "/api" } }, namePrefix: "api", withPort: true };
  const strip: RouteOptions = { ...api, rewritePath: "/" };
  const port = { number: 80 };
  const rows: readonly [string, Partial<ServiceArgs>, RouteOptions, readonly HttpRoute[]][] = [
    [
      "take the gateway's path and name, and the service's port",
      {},
      api,
      [{ name: "api", match: prefix("/api"), route: [{ destination: { host, port }, weight: 100 }] }],
    ],
    [
      "take its limits in place of the service's",
      { timeout: "10s", retries: { attempts: 1 } },
      { timeout: "5s", retries: { attempts: 0 } },
      [{ route: all, timeout: "5s", retries: { attempts: 0 } }],
    ],
    [
      "see paths as the gateway leaves them",
      { routes: [{ name: "users", match: { path: { prefix: "/users" } }, timeout: "1s" }] },
      { ...strip, withPort: false },
      [
        {
          name: "api.users",
          match: prefix("/api/users"),
          rewrite: { uriRegexRewrite: { match: "^/api/users", rewrite: "/users" } },
          route: all,
          timeout: "1s",
        },
        {
          name: "api",
          match: prefix("/api"),
          rewrite: { uriRegexRewrite: { match: "^/api/?", rewrite: "/" } },
          route: all,
        },
      ],
    ],
    [
      "leave out what the gateway lets nobody ask for, and what it makes the same",
      {
        routes: [
          { name: "admin", match: { path: { prefix: "/admin" } }, timeout: "1s" },
          { name: "all", match: { path: { prefix: "/" } }, timeout: "2s" },
        ],
      },
      { ...api, withPort: false },
      [{ name: "api.all", match: prefix("/api"), route: all, timeout: "2s" }],
    ],
    [
      "rewrite what the gateway's prefix is part of",
      { routes: [{ name: "old", match: { path: { prefix: "/api" } }, rewritePath: "/v2" }] },
      { match: { path: { prefix: "/api/shop" } } },
      [
        {
          name: "old",
          match: prefix("/api/shop"),
          rewrite: { uriRegexRewrite: { match: "^/api/shop", rewrite: "/v2/shop" } },
          route: all,
        },
      ],
    ],
    [
      "rewrite one path twice",
      { routes: [{ name: "one", match: { path: "/in" }, rewritePath: "/end" }] },
      { match: { path: "/out" }, rewritePath: "/in" },
      [{ name: "one", match: [{ uri: { exact: "/out" } }], rewrite: { uri: "/end" }, route: all }],
    ],
  ];
  for (const [title, args, options, expected] of rows) {
    it(title, () => assert.deepEqual(gatewayRoutes(args, options), expected));
  }
});

describe("the phase of a canary", () => {
  const rollout = { stable: "v1", canary: "v2" };
  const weights = (made: readonly HttpRoute[] | undefined): readonly number[] =>
    made?.[0]?.route.map(({ weight }) => weight) ?? [];
  for (const phase of [0, 10, 25, 50, 75, 100] as const) {
    it(`${phase} is what its weight is`, () =>
      assert.deepEqual(weights(routes({ rollout }, { "shops/shop": phase })), [100 - phase, phase]));
  }

  it("is 0 where rollouts.yaml does not name it", () =>
    assert.deepEqual(weights(routes({ rollout })), [100, 0]));

  it("goes by the names of the versions, not by their order", () =>
    assert.deepEqual(routes({ rollout: { stable: "v9", canary: "v10" } }, { "shops/shop": 25 })?.[0]?.route, [
      { destination: { host, subset: "v10" }, weight: 25 },
      { destination: { host, subset: "v9" }, weight: 75 },
    ]));
});
