import assert from "node:assert/strict";
import { fakeApiServer } from "../../support/api-server";
import { engineError, stackName, type Registration, type Run } from "../../support/mocks";
import { globalStack, regionStack, runStack, type ShownStack } from "../../support/stacks";

const REGIONS = ["eastus", "westeurope", "southeastasia"];
const standing = {
  global: globalStack(REGIONS),
  westeurope: regionStack("westeurope", 2, ["eastus"]),
  southeastasia: regionStack("southeastasia", 3),
};

const ofType = (run: Run, type: string): Registration[] =>
  run.registrations.filter((one) => one.type === type);
const namesOf = (run: Run, type: string): string[] => ofType(run, type).map(({ name }) => name);
const one = (run: Run, type: string, name: string): Registration => {
  const found = ofType(run, type).find((registration) => registration.name === name);
  assert.ok(found, `${type} ${name} is not registered`);
  return found;
};
const secrets = (run: Run): string[] => namesOf(run, "kubernetes:core/v1:Secret");
const PEERING = "azure-native:network:VirtualNetworkPeering";

describe("a region's program", () => {
  let run: Run;
  before(async () => {
    run = await runStack("eastus", standing);
  });

  it("reads all other stacks before it registers anything", () => {
    const last = run.order.lastIndexOf("pulumi:pulumi:readStackOutputs");
    const first = run.order.findIndex((token) => !token.startsWith("pulumi:pulumi:"));
    assert.equal(run.order.filter((token) => token === "pulumi:pulumi:readStackOutputs").length, 4);
    assert.ok(last < first, `read at ${last}, registered at ${first}`);
  });

  it("uses explicit providers only", () => {
    const expected: readonly [RegExp, string][] = [
      [/^azure-native:/, "pulumi:providers:azure-native::azure"],
      [/^kubernetes:/, "pulumi:providers:kubernetes::eastus-cluster-kubernetes-g1"],
    ];
    for (const [types, provider] of expected) {
      const resources = run.registrations.filter(({ type }) => types.test(type));
      assert.ok(resources.length > 0);
      for (const { options, urn } of resources) assert.equal(options["provider"], provider, urn);
    }
  });

  it("labels every object of its own", () => {
    const objects = run.registrations.filter(({ type }) => /^kubernetes:(?!helm)/.test(type));
    for (const { urn, inputs } of objects) {
      const { labels } = inputs["metadata"] as { labels?: Record<string, string> };
      assert.equal(labels?.["app.kubernetes.io/part-of"], "global-mesh", urn);
    }
  });

  it("names every object itself: an unknown kubeconfig leaves nothing to name", () => {
    const objects = run.registrations.filter(({ type }) => /^kubernetes:(?!helm)/.test(type));
    for (const { urn, inputs } of objects) assert.ok((inputs["metadata"] as { name?: string }).name, urn);
  });

  it("writes a remote secret and a peering for each linked peer", () => {
    assert.deepEqual(secrets(run), [
      "reader-token-g1",
      "remote-secret-southeastasia-cluster",
      "remote-secret-westeurope-cluster",
      "trust-cacerts",
    ]);
    assert.deepEqual(namesOf(run, PEERING), ["peering-southeastasia", "peering-westeurope"]);
    const { options } = one(run, PEERING, "peering-westeurope");
    assert.equal(options["replacementTrigger"], "guid-westeurope");
    assert.equal(options["deleteBeforeReplace"], true);
  });

  it("has the token of the generation before beside the newest one as long as that is said", async () => {
    const raised = { "global-mesh:readerGeneration": "2" };
    const kept = await runStack("eastus", standing, { ...raised, "global-mesh:keptReaderGeneration": "1" });
    const tokens = (run: Run): string[] => secrets(run).filter((name) => name.startsWith("reader-token-"));
    assert.deepEqual(tokens(kept), ["reader-token-g1", "reader-token-g2"]);
    // The one that stood stands on: another resource under its name would be another token.
    assert.deepEqual(
      one(kept, "kubernetes:core/v1:Secret", "reader-token-g1").inputs,
      one(run, "kubernetes:core/v1:Secret", "reader-token-g1").inputs,
    );
    assert.deepEqual(tokens(await runStack("eastus", standing, raised)), ["reader-token-g2"]);
  });

  it("keeps the peers' credentials secret", () => {
    assert.equal(
      one(run, "kubernetes:core/v1:Secret", "remote-secret-westeurope-cluster").inputs["data"],
      "[secret]",
    );
    assert.ok(!JSON.stringify(run).includes("token-of-westeurope"));
  });

  it("lets the operator, its own nodes and the linked peers reach the API server", () => {
    const cluster = one(run, "azure-native:containerservice:ManagedCluster", "eastus-cluster-cluster");
    assert.deepEqual(cluster.inputs["apiServerAccessProfile"], {
      authorizedIPRanges: ["198.51.100.0/24", "203.0.113.2/32", "203.0.113.20/32", "203.0.113.3/32"],
      disableRunCommand: true,
    });
    assert.equal(cluster.options["protect"], true);
  });

  it("tells the provider enough to change secrets in place and to see through an edit of the cluster", () => {
    const { inputs, options } = one(run, "pulumi:providers:kubernetes", "eastus-cluster-kubernetes-g1");
    assert.equal(inputs["clusterIdentifier"], "eastus-g1");
    assert.equal(inputs["enableSecretMutable"], "true");
    assert.equal(inputs["deleteUnreachable"], undefined, "else PULUMI_K8S_DELETE_UNREACHABLE has no effect");
    assert.equal(inputs["kubeconfig"], "[secret]");
    // Exactly one input hangs on the cluster, and makes its replacement replace everything in it.
    assert.equal(inputs["namespace"], "default");
    assert.deepEqual(options["replaceOnChanges"], ["namespace"]);
    assert.deepEqual(options["propertyDependencies"], {
      namespace: ["azure-native:containerservice:ManagedCluster::eastus-cluster-cluster"],
    });
  });

  it("has a provider beside the old one when the cluster is another one", async () => {
    const raised = await runStack("eastus", standing, { "global-mesh:clusterGeneration": "2" });
    assert.deepEqual(namesOf(raised, "pulumi:providers:kubernetes"), ["eastus-cluster-kubernetes-g2"]);
    const release = one(raised, "kubernetes:helm.sh/v3:Release", "istiod-default");
    assert.equal(release.options["provider"], "pulumi:providers:kubernetes::eastus-cluster-kubernetes-g2");
  });

  it("says so when everybody may reach the API server: unsaid, AKS keeps the ranges that it has", async () => {
    const open = await runStack("eastus", standing, { "global-mesh:apiAccess": "open" });
    const cluster = one(open, "azure-native:containerservice:ManagedCluster", "eastus-cluster-cluster");
    assert.deepEqual(cluster.inputs["apiServerAccessProfile"], {
      authorizedIPRanges: [],
      disableRunCommand: true,
    });
  });

  it("makes address and role before the cluster, and CA and both before istiod", () => {
    const cluster = one(run, "azure-native:containerservice:ManagedCluster", "eastus-cluster-cluster");
    const mesh = one(run, "global-mesh:mesh:Mesh", "mesh");
    for (const { options } of [cluster, mesh]) {
      const before = options["dependsOn"] as string[];
      assert.ok(before.includes("azure-native:network:PublicIPAddress::eastus-cluster-addresses-gateway"));
      assert.ok(before.includes("azure-native:authorization:RoleAssignment::eastus-cluster-roles-addresses"));
    }
    assert.ok((mesh.options["dependsOn"] as string[]).includes("kubernetes:core/v1:Secret::trust-cacerts"));
  });

  it("installs base, istiod and gateway one after the other", () => {
    const after = (name: string): string[] =>
      (one(run, "kubernetes:helm.sh/v3:Release", name).options["dependsOn"] as string[]).filter(
        (dependency) => dependency.includes("Release"),
      );
    assert.deepEqual(after("istio-base"), []);
    assert.deepEqual(after("istiod-default"), ["kubernetes:helm.sh/v3:Release::istio-base"]);
    assert.deepEqual(after("istio-ingressgateway"), ["kubernetes:helm.sh/v3:Release::istiod-default"]);
  });

  it("says which peers are linked and which list it too", () => {
    assert.deepEqual(run.outputs["linkedPeers"], ["southeastasia", "westeurope"]);
    assert.deepEqual(run.outputs["mutualPeers"], ["westeurope"]);
    assert.deepEqual(run.outputs["pendingPeers"], []);
    assert.deepEqual(run.warnings, []);
  });

  it("exports each secret that its contract names, as a secret", () => {
    const { secretNames } = run.outputs["linkContract"] as { secretNames: string[] };
    assert.deepEqual(secretNames, ["kubeconfig", "readerCredential"]);
    for (const name of secretNames) assert.equal(run.outputs[name], "[secret]");
  });
});

describe("a region whose peers do not stand yet", () => {
  it("comes up without them and warns of each", async () => {
    const stacks = { global: standing.global, westeurope: {}, southeastasia: { resources: ["urn:half"] } };
    const run = await runStack("eastus", stacks);
    assert.deepEqual(secrets(run), ["reader-token-g1", "trust-cacerts"]);
    assert.deepEqual(namesOf(run, PEERING), []);
    assert.deepEqual(run.outputs["pendingPeers"], ["southeastasia", "westeurope"]);
    assert.deepEqual(
      run.warnings.map((warning) => /its stack \S+ (.*?)\. When/.exec(warning)?.[1]).toSorted(),
      [
        "has no outputs yet: its first update did not finish",
        "holds no resources: it was never brought up, or was destroyed",
      ],
    );
  });
});

describe("a region that no binding selects", () => {
  it("comes up, and a warning says that it has no policy", async () => {
    const table = Object.fromEntries(
      REGIONS.map((region, index) => [
        region,
        { cidr: `10.${index + 1}0.0.0/16`, labels: { mesh: "enable" } },
      ]),
    );
    const run = await runStack("eastus", standing, { "global-mesh:regions": JSON.stringify(table) });
    assert.deepEqual(run.outputs["appliedPolicies"], []);
    const [test = "", agent = "", without = "", ...others] = run.warnings;
    assert.deepEqual(others, []);
    assert.match(agent, /^binding mesh-members selects no cluster/);
    assert.match(test, /^binding istio-members selects no cluster/);
    assert.match(
      without,
      /no binding .* selects region eastus, .* mutual TLS .* eastus has \{"mesh":"enable"\}$/,
    );
  });
});

describe("a region that is leaving", () => {
  const leaving = { "global-mesh:leaving": '["westeurope"]' };

  it("is dropped by the others while it still stands", async () => {
    const run = await runStack("eastus", standing, leaving);
    assert.deepEqual(run.outputs["linkedPeers"], ["southeastasia"]);
    assert.deepEqual(namesOf(run, PEERING), ["peering-southeastasia"]);
    assert.ok(!JSON.stringify(run.registrations).includes("203.0.113.2/32"));
    assert.ok(!run.order.includes(stackName("westeurope")));
  });

  it("links to nobody itself", async () => {
    const run = await runStack("westeurope", { ...standing, eastus: regionStack("eastus", 1) }, leaving);
    assert.deepEqual(run.outputs["linkedPeers"], []);
    assert.deepEqual(namesOf(run, PEERING), []);
  });
});

describe("a region that cannot come up", () => {
  const refused = (stacks: Readonly<Record<string, ShownStack>>, message: string | RegExp) =>
    assert.rejects(runStack("eastus", stacks), { message });
  const global = stackName("global");
  const why = "A region's certificates are signed by the root that it holds, so it comes before the regions";

  it("says that global comes first", async () => {
    await refused({}, `stack ${global} does not exist. ${why}: pulumi up --stack global`);
    await refused(
      { global: {} },
      `stack ${global} exists but was never brought up, or was destroyed. ${why}: pulumi up --stack global`,
    );
    await refused(
      { global: { resources: ["urn"] } },
      `stack ${global} has no outputs yet: its first update did not finish. ${why}: pulumi up --stack global`,
    );
  });

  it("says that global does not know the region yet", async () => {
    await refused(
      { ...standing, global: globalStack(["westeurope"]) },
      `stack ${global} holds no intermediate for region eastus: it was last brought up with a regions table ` +
        "without it. Bring it up again first: pulumi up --stack global",
    );
  });

  it("says that a peer's secrets cannot be decrypted", async () => {
    const rest = Object.entries(standing.westeurope.outputs ?? {}).filter(
      ([name]) => name !== "readerCredential",
    );
    await refused(
      { ...standing, westeurope: { outputs: Object.fromEntries(rest) } },
      /wrong secrets provider\. It exports readerCredential/,
    );
  });

  it("says that a peer cannot be read, and unlinks nothing", async () => {
    const unreadable: ShownStack = {
      get outputs(): never {
        throw engineError("could not lock the backend");
      },
    };
    await refused(
      { ...standing, westeurope: unreadable },
      new RegExp(`^stack ${stackName("westeurope")} cannot be read: could not lock the backend`),
    );
  });

  it("says that a linked peer shows nothing any more, and unlinks nothing", async () => {
    const { global: trust, southeastasia } = standing;
    const rest = { global: trust, southeastasia, eastus: regionStack("eastus", 1, ["westeurope"]) };
    const half = { ...rest, westeurope: { resources: ["urn:half"] } };
    const link = `region westeurope is linked, and its stack ${stackName("westeurope")}`;
    await refused(rest, new RegExp(`^${link} does not exist, or you may not read it\\. The link is kept`));
    await refused(half, new RegExp(`^${link} has resources but no outputs\\. The link is kept`));
    const run = await runStack("eastus", { ...rest, westeurope: {} });
    assert.deepEqual(run.outputs["pendingPeers"], ["westeurope"]);
  });

  it("says that global exports no fingerprint, and exports none itself", async () => {
    const outputs = { ...standing.global.outputs, rootFingerprint: undefined };
    await refused(
      { ...standing, global: { ...standing.global, outputs } },
      `stack ${global} exports no rootFingerprint: bring it up once with this version: pulumi up --stack global`,
    );
  });
});

describe("a region with an existing cluster", () => {
  const token = "t0ken-of-the-operator";
  const nodes = [{ name: "n", labels: { "topology.kubernetes.io/region": "eastus" } }];

  it("has nothing in Azure, and the same mesh", async () => {
    const server = await fakeApiServer({ nodes }, token);
    try {
      const run = await runStack(
        "eastus",
        standing,
        {
          "global-mesh:platform": "existing",
          "global-mesh:kubeconfig": server.kubeconfig({ token }),
          "global-mesh:egressAddresses": '["203.0.113.77"]',
        },
        ["global-mesh:kubeconfig"],
        {},
        ["global-mesh:dnsLabel"],
      );
      assert.deepEqual(
        run.registrations.filter(({ type }) => type.includes("azure")),
        [],
      );
      assert.deepEqual(namesOf(run, "kubernetes:helm.sh/v3:Release"), [
        "istio-base",
        "istio-ingressgateway",
        "istiod-default",
      ]);
      assert.equal(run.outputs["apiAddress"], server.url);
      assert.deepEqual(run.outputs["egressAddresses"], ["203.0.113.77"]);
      assert.deepEqual(run.warnings, []);
      assert.ok(!JSON.stringify(run).includes(token));
    } finally {
      await server.close();
    }
  });

  it("registers nothing where the cluster holds a namespace that the catalog wants", async () => {
    const server = await fakeApiServer({ nodes, namespaces: [{ name: "production" }] }, token);
    const config = {
      "global-mesh:platform": "existing",
      "global-mesh:kubeconfig": server.kubeconfig({ token }),
    };
    try {
      await assert.rejects(
        runStack("eastus", standing, config, ["global-mesh:kubeconfig"], {}, ["global-mesh:dnsLabel"]),
        /namespace production exists/,
      );
    } finally {
      await server.close();
    }
  });
});
