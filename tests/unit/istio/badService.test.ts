import assert from "node:assert/strict";
import type { Locality, ServiceArgs } from "../../../istio/intent";
import { faults, shop, shops } from "./support/fixtures";

const S = "applications.shops.services.shop";

describe("a service that cannot work", () => {
  const rows: readonly [string, Partial<ServiceArgs>, string, string?][] = [
    [
      "weights that sum to 99",
      { versions: { v1: 79, v2: 20 } },
      `${S}.versions: got {"v1":79,"v2":20}`,
      "99",
    ],
    [
      "weights that sum to 101",
      { versions: { v1: 81, v2: 20 } },
      `${S}.versions: got {"v1":81,"v2":20}`,
      "101",
    ],
    ["a weight below 0", { versions: { v1: 101, v2: -1 } }, `${S}.versions.v1: got 101`],
    ["half a percent", { versions: { v1: 99.5, v2: 0.5 } }, `${S}.versions.v1: got 99.5`],
    ["no versions in the list", { versions: {} }, `${S}.versions: got {}`],
    ["a version in upper case", { versions: { V1: 100 } }, `${S}.versions: got "V1"`],
    ["a name in upper case", { name: "Shop" }, `applications.shops.services.Shop.name: got "Shop"`],
    ["a name of 64 letters", { name: "a".repeat(64) }, `applications.shops.services.${"a".repeat(64)}.name`],
    [
      "a name that ends in a hyphen",
      { name: "shop-" },
      'applications.shops.services.shop-.name: got "shop-"',
    ],
    ["a name with a dot", { name: "my.shop" }, 'applications.shops.services.my.shop.name: got "my.shop"'],
    ["a host without a dot", { globalHost: "shop" }, `${S}.globalHost: got "shop"`],
    ["a host with a wildcard", { globalHost: "*.global" }, `${S}.globalHost: got "*.global"`],
    ["a host of 254 letters", { globalHost: `${"a.".repeat(126)}aa` }, `${S}.globalHost: got "a.a`],
    ["port 0", { port: 0 }, `${S}.port: got 0`],
    ["port 65536", { targetPort: 65536 }, `${S}.targetPort: got 65536`],
    ["a policy for no port", { portMtls: { 0: "STRICT" } }, `${S}.portMtls: got 0`],
    ["a caller without a namespace", { access: [{ from: ["shop"] }] }, `${S}.access[0].from: got "shop"`],
    [
      "a SPIFFE name as caller",
      { access: [{ from: ["a/ns/b/sa/c"] }] },
      `${S}.access[0].from: got "a/ns/b/sa/c"`,
    ],
    ["a method in lower case", { access: [{ methods: ["get"] }] }, `${S}.access[0].methods: got "get"`],
    ["a path without a slash", { access: [{ paths: ["api/*"] }] }, `${S}.access[0].paths: got "api/*"`],
    ["a star inside a path", { access: [{ paths: ["/a/*/b"] }] }, `${S}.access[0].paths: got "/a/*/b"`],
    ["two stars", { access: [{ paths: ["*/a*"] }] }, `${S}.access[0].paths: got "*/a*"`],
    ["a rule that names nobody", { access: [{ from: [] }] }, `${S}.access[0].from: got []`],
    [
      "a split of connections",
      { protocol: "TCP", versions: { v1: 100 } },
      `${S}.protocol: got "TCP"`,
      "versions",
    ],
    [
      "paths of connections",
      { protocol: "TLS", access: [{ paths: ["/"] }] },
      `${S}.protocol: got "TLS"`,
      "paths",
    ],
    [
      "parameters in paths of connections",
      { protocol: "TCP", pathParameters: false },
      `${S}.protocol: got "TCP"`,
      "pathParameters",
    ],
  ];
  for (const [title, changes, beginning, mention = ""] of rows) {
    it(`is refused: ${title}`, () => {
      const found = faults([shops(shop(changes))]).filter((fault) => fault.startsWith(beginning));
      assert.equal(found.length, 1, faults([shops(shop(changes))]).join("\n"));
      assert.ok(found[0]?.includes(mention) && found[0].includes("; allowed is "), found[0]);
    });
  }

  for (const path of ["/", "/api/*", "*", "*/health", "/api", "/a*"]) {
    it(`is not refused for the path ${path}`, () =>
      assert.deepEqual(faults([shops(shop({ access: [{ paths: [path] }] }))]), []));
  }
});

describe("a locality that cannot work", () => {
  const both = { local: 80, rest: "even", failover: "any" } as Locality;
  const rows: readonly [string, Locality, string, string?][] = [
    ["shares with failover", both, `${S}.locality: got `, "Keep one of local, failover"],
    [
      "a table with failover",
      { distribute: {}, failover: "any" },
      `${S}.locality: got `,
      "Keep one of distribute, failover",
    ],
    ["nothing at all", {} as Locality, `${S}.locality: got {}`],
    ["more than all at home", { local: 101, rest: "even" }, `${S}.locality.local: got 101`],
    ["nothing left for the others", { local: 99, rest: "even" }, `${S}.locality.local: got 99`, "1 to 98"],
    ["nothing at home", { local: 0, rest: "even" }, `${S}.locality.local: got 0`],
    [
      "a region without a row",
      { distribute: { eastus: { eastus: 80, westeurope: 10, southeastasia: 10 } } },
      `${S}.locality.distribute: got ["eastus"]`,
      "Add westeurope, southeastasia",
    ],
    [
      "a failover into an unknown region",
      { failover: { eastus: "mars" } },
      `${S}.locality: got "mars"`,
      "eastus, westeurope, southeastasia",
    ],
    [
      "a failover to itself",
      { failover: { eastus: "eastus" } },
      `${S}.locality.failover.eastus: got "eastus"`,
    ],
  ];
  for (const [title, locality, beginning, mention = ""] of rows) {
    it(`is refused: ${title}`, () => {
      const found = faults([shops(shop({ locality }))]);
      assert.equal(found.length, 1, found.join("\n"));
      assert.ok(found[0]?.startsWith(beginning) && found[0].includes(mention), found[0]);
    });
  }

  it("names each row of a table that leaves out a region, names an unknown one, or does not sum to 100", () => {
    const even = { eastus: 34, westeurope: 33, southeastasia: 33 };
    const distribute = {
      eastus: { eastus: 90, westeurope: 10 },
      westeurope: { ...even, mars: 0 },
      southeastasia: { ...even, eastus: 33 },
    };
    const T = `${S}.locality.distribute`;
    const beginnings = [
      `${T}.eastus: got ["eastus","westeurope"]`,
      `${T}.westeurope: got "mars"`,
      `${T}.westeurope.mars: got 0`,
      `${T}.southeastasia: got {"eastus":33`,
    ];
    const found = faults([shops(shop({ locality: { distribute } }))]);
    assert.equal(found.length, beginnings.length, found.join("\n"));
    beginnings.forEach((beginning, index) => assert.ok(found[index]?.startsWith(beginning), found[index]));
  });
});
