import assert from "node:assert/strict";
import { SettingsError } from "../../../config/faults";
import { delivered, parseVariation, refusal } from "./tracked";
import { parseSettings } from "../../../config/parse";

const KUBECONFIG = [
  "clusters: [{name: a, cluster: {server: 'https://192.0.2.1', certificate-authority-data: Q0E=}}]",
  "users: [{name: a, user: {token: very-secret}}]",
  "contexts: [{name: a, context: {cluster: a, user: a}}]",
  "current-context: a",
].join("\n");

describe("config: what is accepted", () => {
  it("gives the seed's three regions from the tracked files", () => {
    const settings = parseVariation({ stack: "westeurope" });
    assert.equal(settings.role, "region");
    assert.deepEqual(settings.region, {
      name: "westeurope",
      cluster: "westeurope-cluster",
      cidr: "10.20.0.0/16",
      labels: { mesh: "enabled", integration: "istio" },
      zones: ["1", "2", "3"],
      network: "network1",
      primary: false,
      controlPlane: "westeurope",
      leaving: false,
    });
    assert.equal(settings.meshId, "mesh1");
    assert.equal(settings.dnsLabel, "westeurope-cluster");
    assert.deepEqual(
      settings.mesh.regions.map((region) => [region.name, region.primary]),
      [
        ["eastus", true],
        ["southeastasia", false],
        ["westeurope", false],
      ],
    );
  });

  it("gives the global stack its role and nothing of a region", () => {
    const settings = parseVariation({ stack: "global" });
    assert.equal(settings.role, "global");
    assert.equal("platform" in settings, false);
    assert.equal("region" in settings, false);
    assert.deepEqual(settings.trust.signingRoot, "r1");
  });

  it("asks only a stack that makes a cluster who may reach it", () => {
    const set = { apiAccess: { authorizedRanges: [] } };
    assert.equal(parseVariation({ stack: "global", set }).role, "global");
    const existing = { ...set, platform: "existing", kubeconfig: KUBECONFIG, dnsLabel: undefined };
    const settings = parseVariation({ set: existing, secretKeys: ["global-mesh:kubeconfig"] });
    assert.equal(settings.role, "region");
    assert.equal(settings.platform, "existing");
    assert.equal(JSON.stringify(settings).includes("very-secret"), false);
  });

  it("takes an existing cluster that gateways of other networks let in, by address or from inside", () => {
    const set = {
      platform: "existing",
      kubeconfig: KUBECONFIG,
      dnsLabel: undefined,
      topology: "multi-network",
    };
    for (const more of [
      { egressAddresses: ["203.0.113.7"] },
      { eastWest: { sourceRanges: ["203.0.113.0/24"] } },
      { eastWest: { exposure: "internal" } },
      { topology: "flat" },
    ]) {
      const settings = parseVariation({ set: { ...set, ...more }, secretKeys: ["global-mesh:kubeconfig"] });
      assert.equal(settings.role, "region");
    }
  });

  it("takes a fourth region that says no more than its range", () => {
    const regions = { eastus: { cidr: "10.10.0.0/16" }, brazilsouth: { cidr: "10.40.0.0/16" } };
    const settings = parseVariation({ stack: "brazilsouth", set: { regions, dnsLabel: undefined } });
    assert.equal(settings.role, "region");
    assert.deepEqual(settings.region.labels, { mesh: "enabled", integration: "istio" });
    assert.equal(settings.dnsLabel, "brazilsouth-cluster");
    assert.equal(settings.location, "brazilsouth");
  });

  it("takes what `pulumi config set --path` makes numbers and booleans of", () => {
    const regions = { eastus: { cidr: "10.10.0.0/16", zones: [1, 2], labels: { mesh: true } } };
    const settings = parseVariation({ set: { regions, tags: { cost: 42 } } });
    assert.equal(settings.role, "region");
    assert.deepEqual(settings.region.zones, ["1", "2"]);
    assert.deepEqual(settings.region.labels, { mesh: "true" });
    assert.deepEqual(settings.tags, { cost: "42" });
  });

  it("reads numbers and booleans from the engine's text, and leaves versions alone", () => {
    const settings = parseVariation({ set: { readerGeneration: "7", protect: "false" } });
    assert.equal(settings.readerGeneration, 7);
    assert.equal(settings.protect, false);
    assert.equal(settings.kubernetesVersion, "1.35");
  });

  it("takes each chart source", () => {
    const source = (charts: unknown) => parseVariation({ set: { charts } }).charts;
    assert.deepEqual(source({ folder: "charts" }), { kind: "folder", path: "charts" });
    assert.deepEqual(source({ registry: "oci://charts.example.com/istio" }), {
      kind: "registry",
      url: "oci://charts.example.com/istio",
    });
    assert.deepEqual(source({ repository: "https://charts.example.com" }), {
      kind: "repository",
      url: "https://charts.example.com",
    });
  });

  it("takes a loopback range, any-time maintenance, open access and a leaving primary", () => {
    const settings = parseVariation({
      set: { apiAccess: { authorizedRanges: ["127.0.0.0/8"] }, maintenance: "any-time", leaving: ["eastus"] },
    });
    assert.deepEqual(settings.apiAccess, { authorizedRanges: ["127.0.0.0/8"] });
    assert.equal(settings.maintenance, "any-time");
    assert.equal(parseVariation({ set: { apiAccess: "open" } }).apiAccess, "open");
  });

  it("decides by the namespace of the project, whatever its name", () => {
    const values = Object.fromEntries(
      Object.entries(delivered("eastus")).map(([key, value]) => [
        key.replace("global-mesh:", "shop:"),
        value,
      ]),
    );
    assert.equal(parseSettings({ values, secretKeys: [], project: "shop", stack: "eastus" }).role, "region");
  });
});

describe("config: all faults in one error", () => {
  it("lists every fault, those of one setting beside each other's parts", () => {
    assert.throws(
      () =>
        parseVariation({
          stack: "eastsu",
          set: {
            regions: {
              EastUS: { cidr: "10.10.0.0/30" },
              eastus: { cidr: "10.10.0.0/16", label: {} },
            },
            primry: "x",
            apiAccess: { authorizedRanges: ["0.0.0.0/0", 4] },
            pools: { system: { min: 5, max: 2 }, user: { min: "2", max: 3 } },
            protect: "maybe",
            leaving: ["nowhere", 1],
          },
        }),
      (error) => {
        assert.ok(error instanceof SettingsError);
        assert.deepEqual(
          error.faults.map((fault) => fault.setting).toSorted(),
          [
            "stack name",
            "global-mesh:primry",
            "global-mesh:regions.EastUS",
            "global-mesh:regions.eastus",
            "global-mesh:regions.eastus.cidr",
            "global-mesh:regions.eastus.label",
            "global-mesh:apiAccess.authorizedRanges[0]",
            "global-mesh:apiAccess.authorizedRanges[1]",
            "global-mesh:pools.system.min",
            "global-mesh:pools.user.min",
            "global-mesh:protect",
            "global-mesh:leaving[0]",
            "global-mesh:leaving[1]",
          ].toSorted(),
        );
        assert.match(error.message, /^Stack "eastsu": 13 settings are wrong\. Nothing was changed\.$/m);
        return true;
      },
    );
  });

  it("shows nothing of a secret, of a misspelt kubeconfig, or of one in plain text", () => {
    const secret = "hunter2hunter2";
    const all = {
      values: { istiod: { password: secret }, extra: secret },
      tags: secret,
      kubeconfg: secret,
      kubeconfig: secret,
      platform: "existing",
    };
    const message = refusal({
      set: all,
      secretKeys: [
        "global-mesh:values",
        "global-mesh:tags",
        "global-mesh:kubeconfg",
        "global-mesh:kubeconfig",
      ],
    });
    assert.equal(message.includes(secret), false);
    assert.equal(refusal({ set: { kubeconfg: secret } }).includes(secret), false);
    assert.equal(refusal({ set: { kubeconfig: secret, platform: "existing" } }).includes(secret), false);
    assert.equal(refusal({ set: { kubeconfig: secret } }).includes(secret), false);
  });

  it("looks for the stack's faults even where the regions table cannot be read", () => {
    assert.match(refusal({ set: { regions: "{", meshId: "Mesh" } }), /global-mesh:meshId/);
  });
});
