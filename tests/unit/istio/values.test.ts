import assert from "node:assert/strict";
import { FaultError } from "../../../istio/rules/fault";
import {
  gatewaysOf,
  istioValues,
  profiles,
  type ProfileName,
  type Value,
  type Values,
  type ValuesInput,
} from "../../../istio/values";

const input: ValuesInput = {
  profile: "default",
  istioVersion: "1.31.1",
  revision: "default",
  meshId: "mesh1",
  clusterName: "eastus-cluster",
  network: "network1",
  trustDomain: "cluster.local",
};

/** The value at a dotted path. */
function at(values: Value, path: string): Value | undefined {
  const [key = "", ...rest] = path.split(".");
  const value = (values as Values)[key];
  return rest.length === 0 || value === undefined ? value : at(value, rest.join("."));
}

describe("chart values", () => {
  it("say everything of a region's membership", () => {
    const gatewayAddress = { name: "eastus-gateway", resourceGroup: "mesh-eastus-addresses" };
    assert.deepEqual(istioValues({ ...input, gatewayAddress }), {
      base: {
        defaultRevision: "default",
        global: { enableReaderRBAC: false },
        base: { validationFailurePolicy: "Fail" },
      },
      istiod: {
        pilot: {
          autoscaleEnabled: true,
          autoscaleMin: 1,
          autoscaleMax: 5,
          env: { PILOT_ENABLE_IP_AUTOALLOCATE: "true" },
        },
        global: {
          enableReaderRBAC: false,
          tag: "1.31.1",
          meshID: "mesh1",
          multiCluster: { clusterName: "eastus-cluster" },
          network: "network1",
        },
        base: { validationFailurePolicy: "Fail" },
        meshConfig: {
          trustDomain: "cluster.local",
          pathNormalization: { normalization: "DECODE_AND_MERGE_SLASHES" },
          defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true" } },
        },
      },
      gateway: {
        autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 5 },
        service: {
          annotations: {
            "service.beta.kubernetes.io/azure-pip-name": "eastus-gateway",
            "service.beta.kubernetes.io/azure-load-balancer-resource-group": "mesh-eastus-addresses",
          },
        },
      },
      egressGateway: {
        autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 5 },
        service: { type: "ClusterIP" },
      },
      internalGateway: {
        autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 5 },
        service: { annotations: { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" } },
      },
    });
  });

  for (const profile of Object.keys(profiles) as ProfileName[]) {
    it(`make a ${profile} control plane a member of the mesh like any other`, () => {
      const { base, istiod } = istioValues({ ...input, profile });
      const plain = istioValues(input);
      assert.deepEqual(base, plain.base);
      assert.deepEqual(istiod["base"], plain.istiod["base"]);
      for (const path of [
        "global.enableReaderRBAC",
        "global.tag",
        "global.meshID",
        "global.multiCluster",
        "global.network",
        "meshConfig.trustDomain",
        "meshConfig.defaultConfig",
        "pilot.env",
      ]) {
        assert.deepEqual(at(istiod, path), at(plain.istiod, path), path);
      }
    });
  }

  it("name a revision in all three charts, and leave the default one without a name", () => {
    const { base, istiod, gateway } = istioValues({ ...input, revision: "1-31-1" });
    assert.equal(base["defaultRevision"], "1-31-1");
    assert.equal(istiod["revision"], "1-31-1");
    assert.equal(gateway["revision"], "1-31-1");
    const plain = istioValues(input);
    assert.ok(!("revision" in plain.istiod) && !("revision" in plain.gateway));
  });

  it("refuse hosts that proxies do not know where that is said, and say nothing of it otherwise", () => {
    const mode = (policy: NonNullable<ValuesInput["outboundTrafficPolicy"]>): Value | undefined =>
      at(istioValues({ ...input, outboundTrafficPolicy: policy }).istiod, "meshConfig.outboundTrafficPolicy");
    assert.deepEqual(mode("REGISTRY_ONLY"), { mode: "REGISTRY_ONLY" });
    assert.equal(mode("ALLOW_ANY"), undefined);
  });

  it("merge profile, region and user in that order", () => {
    const { istiod, gateway } = istioValues({
      ...input,
      profile: "production",
      overrides: [
        { istiod: { pilot: { autoscaleMin: 3 } }, gateway: { autoscaling: { minReplicas: 4 } } },
        { istiod: { global: { network: "mine" } }, gateway: { autoscaling: { minReplicas: 5 } } },
      ],
    });
    assert.equal(at(istiod, "pilot.autoscaleMin"), 3);
    assert.equal(at(istiod, "pilot.autoscaleMax"), 5);
    assert.equal(at(istiod, "global.network"), "mine");
    assert.equal(at(istiod, "global.meshID"), "mesh1");
    assert.equal(at(gateway, "autoscaling.minReplicas"), 5);
    assert.equal(at(gateway, "autoscaling.maxReplicas"), 10);
  });

  it("let a user take a value of the profile away", () => {
    const overrides = [{ gateway: { podDisruptionBudget: null } }, {}];
    const { gateway } = istioValues({ ...input, profile: "production", overrides });
    assert.ok(!("podDisruptionBudget" in gateway));
    assert.ok("topologySpreadConstraints" in gateway);
  });

  it("move the user's top-level values of istiod to where they win over the chart's profile", () => {
    const overrides = [{ istiod: { autoscaleEnabled: true, env: { A: "b" }, revisionTags: ["prod"] } }];
    const { istiod } = istioValues({ ...input, profile: "demo", overrides });
    assert.deepEqual(istiod["pilot"], {
      env: { PILOT_ENABLE_IP_AUTOALLOCATE: "true", A: "b" },
      autoscaleEnabled: true,
    });
    assert.deepEqual(istiod["revisionTags"], ["prod"]);
    assert.ok(!("autoscaleEnabled" in istiod));
  });

  it("read seed 004's global.proxy.autoscaleEnabled as the autoscaling of istiod and gateway", () => {
    const overrides = [{ istiod: { global: { proxy: { autoscaleEnabled: true } } } }];
    const { istiod, gateway } = istioValues({ ...input, profile: "demo", overrides });
    assert.equal(at(istiod, "pilot.autoscaleEnabled"), true);
    assert.equal(at(gateway, "autoscaling.enabled"), true);
  });

  for (const istioVersion of ["1.30.3", "1.9.9", "0.99.99", "1.31", "latest", "v1.31.1", "1.31.1-rc.0"]) {
    it(`refuse Istio ${istioVersion}`, () => {
      assert.throws(
        () => istioValues({ ...input, istioVersion }),
        (error) =>
          error instanceof FaultError &&
          error.message.includes(`istioVersion: got "${istioVersion}"`) &&
          error.message.includes("1.30.4"),
      );
    });
  }

  for (const istioVersion of ["1.30.4", "1.30.10", "1.31.0", "2.0.0"]) {
    it(`take Istio ${istioVersion}`, () => void istioValues({ ...input, istioVersion }));
  }
});

describe("the gateways of a region", () => {
  // [profile, egressGateway, internalGateway, gateways]
  const cases = [
    ["demo", "profile", false, ["gateway"]],
    ["default", "profile", false, ["gateway"]],
    ["minimal", "profile", true, ["gateway", "internalGateway"]],
    ["production", "profile", false, ["gateway", "egressGateway"]],
    ["production", "never", false, ["gateway"]],
    ["demo", "always", true, ["gateway", "egressGateway", "internalGateway"]],
  ] as const;
  for (const [profile, egressGateway, internalGateway, expected] of cases) {
    it(`with ${profile}, egress gateway ${egressGateway}, internal ${internalGateway}`, () => {
      assert.deepEqual(gatewaysOf({ profile, egressGateway, internalGateway }), expected);
    });
  }
});
