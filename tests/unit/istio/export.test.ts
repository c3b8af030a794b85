import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse, parseAllDocuments } from "yaml";
import { compileMesh } from "../../../istio/compile";
import { clusterFolder, documents, jsonList, tree, yaml } from "../../../istio/export/files";
import { placements } from "../../../istio/export/fleet";
import { bindingPolicies } from "../../../istio/export/kubestellar";
import {
  exportModel,
  type ExportModel,
  manifestsOf,
  mergeModels,
  modelOf,
} from "../../../istio/export/manifest";
import { pluralOf } from "../../../istio/export/plural";
import { application, binding, type Binding } from "../../../istio/intent";
import { crdFile, CrdSchemas } from "./support/crds";
import { meshOf, shop } from "./support/fixtures";
import { referenceFile } from "../../support/reference";

const clusters = [
  { name: "eastus", labels: { mesh: "enabled", tier: "gold" } },
  { name: "westeurope", labels: { mesh: "enabled" } },
];
const applications = [
  application({ name: "mesh", meshMtls: "STRICT" }),
  application({
    name: "shops",
    namespaces: [{ name: "carts" }, { name: "shops", mtls: "STRICT" }],
    services: [
      shop({ versions: { v1: 90, v2: 10 }, labels: { tier: "front" } }),
      shop({ name: "cart", namespace: "carts", portMtls: { 9090: "PERMISSIVE" }, access: [] }),
    ],
  }),
];
const everywhere: Binding = binding({
  name: "everywhere",
  clusters: [{ matchLabels: { mesh: "enabled" } }],
  applications: ["mesh"],
  entries: [{ matchLabels: { tier: "front" } }],
});
const gold: Binding = binding({
  name: "gold",
  clusters: [{ matchExpressions: [{ key: "tier", operator: "In", values: ["gold"] }] }],
  applications: ["shops"],
});
const bindings = [gold, everywhere];

function modelFor(revision = "default", said: readonly Binding[] = bindings): ExportModel {
  return exportModel(compileMesh(applications, said, meshOf({ clusters, revision })));
}

describe("an export", () => {
  const model = modelFor();
  const models = new Map(clusters.map(({ name }) => [name, model] as const));

  it("places namespaces and objects where the bindings give them", () => {
    const placed = [...model.namespaces, ...model.objects].map(({ key, clusters: to, bindings: by }) => [
      key,
      to.join(),
      by.join(),
    ]);
    assert.deepEqual(placed, [
      ["Namespace/carts", "eastus", "gold"],
      ["Namespace/shops", "eastus,westeurope", "everywhere,gold"],
      ["carts/AuthorizationPolicy/cart-policy", "eastus", "gold"],
      ["carts/DestinationRule/cart", "eastus", "gold"],
      ["carts/PeerAuthentication/cart", "eastus", "gold"],
      ["carts/ServiceEntry/cart", "eastus", "gold"],
      ["istio-system/PeerAuthentication/default", "eastus,westeurope", "everywhere"],
      ["shops/DestinationRule/shop", "eastus,westeurope", "everywhere,gold"],
      ["shops/PeerAuthentication/default", "eastus,westeurope", "everywhere,gold"],
      ["shops/ServiceEntry/shop", "eastus,westeurope", "everywhere,gold"],
      ["shops/VirtualService/shop", "eastus,westeurope", "everywhere,gold"],
    ]);
  });

  it("places what a remote gets in the cluster of the istiod that runs its proxies", () => {
    const remote = compileMesh(applications, [gold], meshOf({ clusters }));
    const governed = exportModel(remote, () => "westeurope");
    const [namespaces, objects] = [governed.namespaces, governed.objects].map((list) => [
      ...new Set(list.map((placed) => placed.clusters.join())),
    ]);
    assert.deepEqual(namespaces, ["eastus,westeurope"]);
    assert.deepEqual(objects, ["westeurope"]);
  });

  it("as a tree has what each cluster gets, every file named by its kustomization, namespaces first", () => {
    const files = new Map(tree(models).map(({ path, text }) => [path, text]));
    for (const { name } of clusters) {
      const visited: unknown[] = [];
      const visit = (folder: string): void => {
        const { resources } = parse(files.get(`${folder}/kustomization.yaml`) ?? "") as {
          resources: string[];
        };
        for (const resource of resources) {
          const text = files.get(`${folder}/${resource}`);
          if (text === undefined) visit(`${folder}/${resource}`);
          else visited.push(...parseAllDocuments(text).map((document) => document.toJS() as unknown));
        }
      };
      visit(name);
      assert.deepEqual(visited, manifestsOf(modelOf(model, name)), name);
    }
    assert.equal([...files.keys()].filter((path) => path.startsWith("westeurope/carts")).length, 0);
  });

  it("as a list has namespaces first and each object once", () => {
    const { kind, items } = JSON.parse(jsonList(mergeModels(models))) as { kind: string; items: unknown[] };
    assert.equal(kind, "List");
    assert.deepEqual(items, manifestsOf(model));
    assert.deepEqual(
      parseAllDocuments(documents(model)).map((document) => document.toJS() as unknown),
      items,
    );
  });

  it("is the same text whatever the order of applications and bindings", () => {
    const reversed = exportModel(
      compileMesh(
        applications.toReversed(),
        bindings.toReversed(),
        meshOf({ clusters: clusters.toReversed() }),
      ),
    );
    const all = (from: ExportModel, by: readonly Binding[]): string =>
      JSON.stringify([clusterFolder(from), jsonList(from), bindingPolicies(from, by)]);
    assert.equal(all(reversed, bindings.toReversed()), all(model, bindings));
  });

  it("is refused in one list where stack files make an object differ", () => {
    const differing = new Map([
      ["eastus", modelFor("1-31-1")],
      ["westeurope", model],
    ]);
    assert.throws(() => mergeModels(differing), /Namespace\/shops is not the same in eastus and westeurope/);
    assert.equal(tree(differing).length, tree(models).length);
  });

  it("writes YAML that means the same to readers of YAML 1.1, as kubectl is one", () => {
    const value = {
      on: "yes",
      "9090": "off",
      time: "1:30",
      octal: "0755",
      number: "1_000",
      empty: "",
      null: "~",
    };
    assert.deepEqual(parse(yaml(value), { version: "1.1", schema: "yaml-1.1" }), value);
    const shared = { labels: { a: "b" } };
    assert.doesNotMatch(yaml({ first: shared, second: shared }), /[&*]/);
  });
});

describe("BindingPolicies of KubeStellar", () => {
  const policies = bindingPolicies(modelFor(), bindings);

  it("select the binding's clusters, and name every object by kind and namespace", () => {
    assert.deepEqual(
      policies.map(({ metadata }) => metadata),
      ["everywhere", "gold"].map((name) => ({
        name,
        labels: { "app.kubernetes.io/part-of": "global-mesh" },
      })),
    );
    assert.deepEqual(policies[0]?.spec, {
      clusterSelectors: [{ matchLabels: { mesh: "enabled" } }],
      downsync: [
        { apiGroup: "", resources: ["namespaces"], objectNames: ["shops"] },
        {
          apiGroup: "security.istio.io",
          resources: ["peerauthentications"],
          namespaces: ["istio-system"],
          objectNames: ["default"],
        },
        ...[
          ["networking.istio.io", "destinationrules", "shop"],
          ["networking.istio.io", "serviceentries", "shop"],
          ["networking.istio.io", "virtualservices", "shop"],
          ["security.istio.io", "peerauthentications", "default"],
        ].map(([apiGroup, resource, name]) => ({
          apiGroup,
          resources: [resource],
          namespaces: ["shops"],
          objectNames: [name],
        })),
      ],
    });
  });

  it("leave out a binding that gives nothing", () => {
    const none = binding({
      name: "none",
      clusters: everywhere.clusters,
      entries: [{ matchLabels: { a: "b" } }],
    });
    assert.equal(bindingPolicies(modelFor(), [...bindings, none]).length, 2);
  });

  it("are what the CRD takes, and it refuses KubeStellar's own wrong example", function () {
    const file = referenceFile("kubestellar-bindingpolicy.crd.yaml");
    if (file === undefined) return this.skip();
    const schemas = new CrdSchemas(file);
    assert.equal(policies.length, 2);
    for (const policy of policies) assert.deepEqual(schemas.faults(policy), []);
    const [first] = policies;
    const broken = { ...first, spec: { ...(first?.spec as object), wantSingletonReportedState: true } };
    assert.match(schemas.faults(broken as never).join(), /wantSingletonReportedState/);
  });
});

describe("placements of Azure Fleet", () => {
  const whole = [binding({ ...gold, applications: ["mesh", "shops"] })];

  it("place each namespace on the clusters that its bindings select", () => {
    const made = placements(modelFor("default", whole), whole);
    assert.deepEqual(
      made.map(({ metadata }) => metadata.name),
      ["carts", "istio-system", "shops"],
    );
    assert.deepEqual(made[2]?.spec, {
      resourceSelectors: [{ group: "", version: "v1", kind: "Namespace", name: "shops" }],
      policy: {
        placementType: "PickAll",
        affinity: {
          clusterAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              clusterSelectorTerms: [{ labelSelector: gold.clusters[0] }],
            },
          },
        },
      },
    });
  });

  it("name no cluster where a selector matches all: Fleet passes over a term without conditions", () => {
    const all = [
      binding({ name: "all", clusters: [{}, { matchLabels: { tier: "gold" } }], applications: ["shops"] }),
      binding({ ...gold, applications: ["mesh", "shops"] }),
      binding({ name: "mesh", clusters: [{ matchLabels: {} }], applications: ["mesh"] }),
    ];
    for (const { spec } of placements(modelFor("default", all), all)) {
      assert.deepEqual((spec as { readonly policy: unknown }).policy, { placementType: "PickAll" });
    }
  });

  it("are refused where a namespace is divided", () => {
    const divided = [
      binding({ ...everywhere, entries: [{ matchLabels: { tier: "front" } }] }),
      binding({ ...gold, applications: ["shops"] }),
    ];
    const mixed = application({
      name: "shops",
      namespaces: [{ name: "shops", mtls: "STRICT" }],
      services: [shop({ labels: { tier: "front" } }), shop({ name: "cart" })],
    });
    const mesh = compileMesh([mixed], divided, meshOf({ clusters }));
    assert.throws(
      () => placements(exportModel(mesh), divided),
      /of shops Namespace\/shops goes to eastus, westeurope and shops\/DestinationRule\/cart to eastus\. Bind/,
    );
  });

  it("are refused with more selectors than Fleet takes", () => {
    const many = Array.from({ length: 11 }, (_, index) =>
      binding({
        name: `b${index}`,
        clusters: [{ matchLabels: { mesh: "enabled" } }, { matchLabels: { index: String(index) } }],
        applications: ["mesh", "shops"],
      }),
    );
    assert.throws(
      () => placements(modelFor("default", many), many),
      /at most 10 selectors .*; 12 select the/,
    );
  });

  it("are what the CRD takes", function () {
    const file = referenceFile("fleet-clusterresourceplacement.crd.yaml");
    if (file === undefined) return this.skip();
    const schemas = new CrdSchemas(file);
    const made = placements(modelFor("default", whole), whole);
    assert.equal(made.length, 3);
    for (const placement of made) assert.deepEqual(schemas.faults(placement), []);
    const [first] = made;
    const broken = { ...first, spec: { ...(first?.spec as object), policy: { placementType: "PickSome" } } };
    assert.match(schemas.faults(broken as never).join(), /placementType/);
  });
});

describe("plurals of kinds", () => {
  it("are those by which every pinned CRD is served", () => {
    const names = parseAllDocuments(readFileSync(crdFile(), "utf8")).map(
      (document) => (document.toJS() as { spec: { names: { kind: string; plural: string } } }).spec.names,
    );
    assert.ok(names.length > 10);
    for (const { kind, plural } of names) assert.equal(pluralOf(kind), plural);
    assert.equal(pluralOf("Gateway"), "gateways");
    assert.equal(pluralOf("NetworkPolicy"), "networkpolicies");
    assert.equal(pluralOf("Ingress"), "ingresses");
    assert.equal(pluralOf("HTTPRoute"), "httproutes");
  });
});
