import assert from "node:assert/strict";
import { chooseApplications } from "../../../istio/choose";
import { compile, type CompiledCatalog } from "../../../istio/compile";
import type { BoundCluster } from "../../../istio/distribute";
import {
  application,
  binding,
  externalService,
  gateway,
  type Application,
  type Binding,
} from "../../../istio/intent";
import { withoutEffect } from "../../../istio/matrix";
import { CatalogError, describeFault } from "../../../istio/rules/fault";
import { meshOf, shop } from "./support/fixtures";

const CLUSTERS: readonly BoundCluster[] = [
  { name: "eastus", labels: { mesh: "enabled", tier: "gold" } },
  { name: "southeastasia", labels: { mesh: "enabled", tier: "silver" } },
  { name: "westeurope", labels: { mesh: "enabled" } },
];

const everywhere = [{ matchLabels: { mesh: "enabled" } }];
const gold = [{ matchLabels: { tier: "gold" } }];

/** The catalog as each region compiles it. */
function regionsOf(
  applications: readonly Application[],
  bindings: readonly Binding[],
): readonly CompiledCatalog[] {
  return CLUSTERS.map(({ name, labels }) =>
    compile(applications, bindings, meshOf({ region: name, clusterLabels: labels, clusters: CLUSTERS })),
  );
}

function matrixOf(applications: readonly Application[], bindings: readonly Binding[]) {
  const matrices = regionsOf(applications, bindings).map(({ matrix }) => matrix);
  for (const matrix of matrices) assert.deepEqual(matrix, matrices[0], "all regions see the same matrix");
  assert.ok(matrices[0]);
  return matrices[0];
}

function refusals(applications: readonly Application[], bindings: readonly Binding[]): readonly string[] {
  const said = CLUSTERS.map(({ name, labels }) => {
    try {
      compile(applications, bindings, meshOf({ region: name, clusterLabels: labels, clusters: CLUSTERS }));
      return [];
    } catch (error) {
      assert.ok(error instanceof CatalogError, String(error));
      return error.faults.map(describeFault);
    }
  });
  for (const faults of said) assert.deepEqual(faults, said[0], "all regions refuse the same");
  return said[0] ?? [];
}

const shops = application({
  name: "shops",
  namespaces: [{ name: "shops", mtls: "STRICT" }, { name: "carts" }],
  labels: { team: "retail" },
  services: [
    shop({ name: "shop", labels: { tier: "front" } }),
    shop({ name: "cart", namespace: "carts", mtls: "STRICT" }),
    shop({ name: "ledger", namespace: "carts", labels: { team: "finance" }, mtls: "STRICT" }),
  ],
});

const one = (name: string, rest: Omit<Parameters<typeof binding>[0], "name">) => binding({ name, ...rest });

describe("bindings by label", () => {
  it("select entries by their own labels and by those of their application", () => {
    const { objects } = matrixOf(
      [shops],
      [
        one("front", { clusters: gold, entries: [{ matchLabels: { tier: "front" } }] }),
        one("finance", { clusters: everywhere, entries: [{ matchLabels: { team: "finance" } }] }),
      ],
    );
    const all = ["eastus", "southeastasia", "westeurope"];
    assert.deepEqual(objects, {
      "carts/DestinationRule/cart": [],
      "carts/DestinationRule/ledger": all,
      "carts/PeerAuthentication/cart": [],
      "carts/PeerAuthentication/ledger": all,
      "carts/ServiceEntry/cart": [],
      "carts/ServiceEntry/ledger": all,
      "shops/DestinationRule/shop": ["eastus"],
      "shops/PeerAuthentication/default": ["eastus"],
      "shops/ServiceEntry/shop": ["eastus"],
    });
  });

  it("bring along the namespace that an entry stands in, and no other one", () => {
    const [eastus, southeastasia] = regionsOf(
      [shops],
      [
        one("front", { clusters: gold, entries: [{ matchLabels: { tier: "front" } }] }),
        one("finance", { clusters: everywhere, entries: [{ matchLabels: { team: "finance" } }] }),
      ],
    );
    assert.deepEqual(
      eastus?.namespaces.map(({ name }) => name),
      ["carts", "shops"],
    );
    assert.deepEqual(
      southeastasia?.namespaces.map(({ name }) => name),
      ["carts"],
    );
  });

  it("bring a namespace of two applications wherever either of them goes", () => {
    const other = application({ name: "other", namespaces: [{ name: "shops", mtls: "STRICT" }] });
    const { objects } = matrixOf(
      [other, shops],
      [
        one("other", { clusters: gold, applications: ["other"] }),
        one("shops", { clusters: [{ matchLabels: { tier: "silver" } }], applications: ["shops"] }),
      ],
    );
    assert.deepEqual(objects["shops/PeerAuthentication/default"], ["eastus", "southeastasia"]);
  });

  it("take expressions over labels", () => {
    const where = (...matchExpressions: NonNullable<Binding["clusters"][number]["matchExpressions"]>) =>
      matrixOf([shops], [one("b", { clusters: [{ matchExpressions }], applications: ["shops"] })]).objects[
        "shops/ServiceEntry/shop"
      ];
    assert.deepEqual(where({ key: "tier", operator: "Exists" }), ["eastus", "southeastasia"]);
    assert.deepEqual(where({ key: "tier", operator: "DoesNotExist" }), ["westeurope"]);
    assert.deepEqual(where({ key: "tier", operator: "In", values: ["gold", "x"] }), ["eastus"]);
    assert.deepEqual(where({ key: "tier", operator: "NotIn", values: ["gold"] }), [
      "southeastasia",
      "westeurope",
    ]);
    assert.deepEqual(
      where({ key: "tier", operator: "Exists" }, { key: "tier", operator: "NotIn", values: ["gold"] }),
      ["southeastasia"],
    );
  });

  it("give an object the same content wherever it goes", () => {
    const mesh = application({ name: "mesh", meshMtls: "STRICT" });
    const regions = regionsOf(
      [mesh, shops],
      [
        one("mesh", { clusters: everywhere, applications: ["mesh"] }),
        one("front", { clusters: gold, entries: [{ matchLabels: { tier: "front" } }] }),
        one("finance", { clusters: everywhere, entries: [{ matchLabels: { team: "finance" } }] }),
      ],
    );
    const texts = new Map<string, Set<string>>();
    for (const { entries } of regions) {
      for (const { object } of entries) {
        const key = `${object.kind}/${object.metadata.name}`;
        texts.set(key, (texts.get(key) ?? new Set()).add(JSON.stringify(object)));
      }
    }
    assert.ok(texts.size > 4);
    for (const [key, said] of texts) assert.equal(said.size, 1, key);
  });
});

describe("what has no effect", () => {
  it("is named: bindings without clusters or objects, and entries without a binding", () => {
    const matrix = matrixOf(
      [shops],
      [
        one("nowhere", { clusters: [{ matchLabels: { mesh: "disabled" } }], applications: ["shops"] }),
        one("nothing", { clusters: everywhere, entries: [{ matchLabels: { team: "nobody" } }] }),
        one("front", { clusters: gold, entries: [{ matchLabels: { tier: "front" } }] }),
      ],
    );
    assert.deepEqual(matrix.emptyBindings, [
      { binding: "nothing", selects: "no object" },
      { binding: "nowhere", selects: "no cluster" },
    ]);
    // The binding that selects no cluster does select the whole application.
    assert.deepEqual(matrix.unselected, []);
    assert.deepEqual(matrix.objects["carts/ServiceEntry/cart"], []);
    const without = matrixOf(
      [shops],
      [one("front", { clusters: gold, entries: [{ matchLabels: { tier: "front" } }] })],
    );
    assert.deepEqual(withoutEffect(without), [
      "no binding selects services.cart of application shops, so no cluster gets carts/DestinationRule/cart, " +
        "carts/PeerAuthentication/cart, carts/ServiceEntry/cart",
      "no binding selects services.ledger of application shops, so no cluster gets carts/DestinationRule/ledger, " +
        "carts/PeerAuthentication/ledger, carts/ServiceEntry/ledger",
    ]);
  });

  it("is nothing in a mesh whose bindings all count", () => {
    assert.deepEqual(
      withoutEffect(matrixOf([shops], [one("b", { clusters: gold, applications: ["shops"] })])),
      [],
    );
  });

  it("does not count what the mesh does not run, but names what no application has", () => {
    const catalog = {
      applications: [shops, application({ name: "other", labels: { team: "other" } })],
      bindings: [
        one("shops", { clusters: everywhere, applications: ["shops", "other"] }),
        one("other", { clusters: everywhere, entries: [{ matchLabels: { team: "other" } }] }),
        one("nobody", { clusters: everywhere, entries: [{ matchLabels: { team: "nobody" } }] }),
      ],
    };
    const chosen = chooseApplications(catalog, ["shops"]);
    assert.deepEqual(
      chosen.bindings.map(({ name }) => name),
      ["shops", "nobody"],
    );
    assert.deepEqual(
      matrixOf(chosen.applications, chosen.bindings).emptyBindings.map((empty) => empty.binding),
      ["nobody"],
    );
  });

  it("is refused where the setting names an application of which nothing is bound", () => {
    const catalog = {
      applications: [shops],
      bindings: [one("b", { clusters: everywhere, entries: [{ matchLabels: { team: "nobody" } }] })],
    };
    assert.throws(() => chooseApplications(catalog, ["shops"]), /applications: got "shops".*a binding gives/);
  });
});

describe("entries that need each other", () => {
  const split = (changes: Parameters<typeof shop>[0], gateways: Application["gateways"] = []) =>
    application({
      name: "shops",
      namespaces: [{ name: "shops" }],
      gateways,
      services: [shop({ labels: { where: "all" }, ...changes }), shop({ name: "cart" })],
    });
  const bindings = [
    one("cart", {
      clusters: gold,
      entries: [{ matchExpressions: [{ key: "where", operator: "DoesNotExist" }] }],
    }),
    one("shop", { clusters: everywhere, entries: [{ matchLabels: { where: "all" } }] }),
  ];
  const rows: readonly [string, Application][] = [
    ["services.shop.calls", split({ calls: ["shops/cart"] })],
    ["services.shop.mirror.to", split({ mirror: { to: { service: "shops/cart" }, percent: 1 } })],
    [
      "services.shop.routes.old.to",
      split({ routes: [{ name: "old", match: { path: "/old" }, to: { service: "shops/cart" } }] }),
    ],
    [
      "services.shop.experiments.new.to",
      split({ experiments: [{ name: "new", match: { path: "/" }, to: { service: "shops/cart" } }] }),
    ],
    [
      "gateways.web.routes.cart.to",
      split({}, [
        gateway({
          name: "web",
          labels: { where: "all" },
          servers: [{ port: 80, protocol: "HTTP", hosts: ["shop.example.com"] }],
          routes: [{ name: "cart", to: "shops/cart" }],
        }),
      ]),
    ],
  ];
  for (const [setting, app] of rows) {
    it(`go to the same clusters: ${setting}`, () => {
      assert.deepEqual(refusals([app], bindings), [
        `applications.shops.${setting}: got "shops/cart"; allowed is what goes to the same clusters; shops/cart ` +
          "does not go to southeastasia, westeurope. Bind it there too: a client's cluster must have the host and " +
          "the policy of what it calls.",
      ]);
      const all = one("all", { clusters: everywhere, applications: ["shops"] });
      assert.deepEqual(refusals([app], [...bindings, all]), []);
    });
  }

  it("have the namespace of the rate limit service, where its configuration goes", () => {
    const address = "limiter.limits.svc.cluster.local:8081";
    const limits = application({
      name: "limits",
      namespaces: [{ name: "limits" }],
      rateLimitService: { address },
    });
    const limit = { name: "each", perHeader: "x-user", requests: 1, per: "second" } as const;
    const app = split({ globalRateLimits: [limit] });
    const partly = [...bindings, one("limits", { clusters: gold, applications: ["limits"] })];
    assert.match(
      refusals([limits, app], partly).join(),
      /services\.shop\.globalRateLimits: got "limiter\..*does not go to southeastasia, westeurope/,
    );
    const all = [...bindings, one("limits", { clusters: everywhere, applications: ["limits"] })];
    assert.deepEqual(refusals([limits, app], all), []);
    // What counts nothing needs no configuration.
    assert.deepEqual(refusals([limits, split({})], partly), []);
  });

  it("go where the callers of an external service go", () => {
    const pay = externalService({
      name: "pay",
      namespace: "shops",
      hosts: ["api.example.com"],
      tls: {},
      callers: ["shops/shop", "ops/*"],
    });
    const app = { ...split({}), externalServices: [pay], otherCallers: ["ops/*"] };
    assert.deepEqual(refusals([app], bindings), [
      'applications.shops.externalServices.pay.callers: got "shops/shop"; allowed is callers that go where pay goes; ' +
        "it does not go to southeastasia, westeurope. Bind pay there too: without it requests leave the cluster as " +
        "the caller sends them.",
    ]);
    const all = one("all", { clusters: everywhere, applications: ["shops"] });
    assert.deepEqual(refusals([app], [...bindings, all]), []);
  });

  it("do not leave the mesh's mutual TLS behind", () => {
    const mesh = application({ name: "mesh", meshMtls: "STRICT" });
    const partly = [one("mesh", { clusters: gold, applications: ["mesh"] }), ...bindings];
    assert.deepEqual(
      refusals([mesh, split({})], partly).map((fault) => fault.replace(/;.*;/, ";")),
      ["southeastasia", "westeurope"].map(
        (cluster) =>
          'applications.mesh.meshMtls: got "STRICT"; ' +
          `it does not go to ${cluster}, where these do: shops/shop. Bind mesh there too, or say mtls for their namespaces.`,
      ),
    );
    assert.deepEqual(refusals([mesh, split({ mtls: "STRICT" })], partly), []);
  });
});

describe("selectors", () => {
  const refused = (selector: Binding["clusters"][number]): string =>
    refusals([shops], [one("b", { clusters: [selector], applications: ["shops"] })]).join("\n");

  it("are refused where Kubernetes would refuse them", () => {
    assert.match(refused({ matchLabels: { "a b": "c" } }), /clusters\[0\]\.matchLabels: got "a b"/);
    assert.match(refused({ matchLabels: { a: "b c" } }), /matchLabels\.a: got "b c"/);
    const expression = (value: object) => refused({ matchExpressions: [value as never] });
    assert.match(
      expression({ key: "a", operator: "In" }),
      /values: got \[\]; allowed is at least one value with In/,
    );
    assert.match(
      expression({ key: "a", operator: "Exists", values: ["b"] }),
      /values: got \["b"\]; allowed is nothing with Exists/,
    );
    assert.match(
      expression({ key: "a", operator: "Equals" }),
      /operator: got "Equals"; allowed is DoesNotExist/,
    );
    assert.match(expression({ key: "-", operator: "Exists" }), /key: got "-"/);
  });

  it("belong to bindings whose names Kubernetes would take", () => {
    const named = one("All of it", { clusters: gold, applications: ["shops"] });
    assert.match(
      refusals([shops], [named]).join(),
      /bindings\.All of it\.name: got "All of it"; allowed is up to 63/,
    );
  });

  it("go by labels that Kubernetes would take", () => {
    const app = application({ name: "a", labels: { "a/b/c": "d" } });
    assert.match(
      refusals([app], [one("b", { clusters: gold, applications: ["a"] })]).join(),
      /a\.labels: got "a\/b\/c"/,
    );
  });
});
