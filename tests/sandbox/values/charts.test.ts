import assert from "node:assert/strict";
import type { ProfileName } from "../../../istio/values";
import { at, meshConfig, Rendered } from "./render";

/** The environment of istiod's container. */
function environment(rendered: Rendered): Readonly<Record<string, unknown>> {
  const env = at(rendered.find("istiod", "Deployment"), "spec.template.spec.containers.0.env");
  return Object.fromEntries(
    (env as { name: string; value?: string }[]).map(({ name, value }) => [name, value]),
  );
}

describe("the pinned charts take notice of our values", function () {
  this.timeout(900_000);

  // [profile, istiod's replicas, its CPU request, the gateway's replicas, its CPU request]
  const sizes: readonly [ProfileName, string, string, string, string][] = [
    ["demo", "1", "10m", "1", "10m"],
    ["default", "1 to 5", "500m", "1 to 5", "100m"],
    ["minimal", "1", "100m", "1", "50m"],
    ["production", "2 to 5", "500m", "3 to 10", "500m"],
  ];
  for (const [profile, istiod, istiodCpu, gateway, gatewayCpu] of sizes) {
    describe(`with the profile ${profile}`, () => {
      let rendered: Rendered;
      before(() => (rendered = new Rendered({ profile })));

      for (const [chart, replicas, cpu] of [
        ["istiod", istiod, istiodCpu],
        ["gateway", gateway, gatewayCpu],
      ] as const) {
        it(`in the size of the ${chart}`, () => {
          const scaler = at(rendered.find(chart, "HorizontalPodAutoscaler"), "spec");
          const deployment = rendered.find(chart, "Deployment");
          // Without a number a Deployment has one replica.
          const fixed = (at(deployment, "spec.replicas") ?? 1) as number;
          const said =
            scaler === undefined
              ? `${fixed}`
              : `${at(scaler, "minReplicas") as number} to ${at(scaler, "maxReplicas") as number}`;
          assert.equal(said, replicas);
          assert.equal(at(deployment, "spec.template.spec.containers.0.resources.requests.cpu"), cpu);
        });
      }

      it("in the region's place in the mesh", () => {
        const env = environment(rendered);
        assert.equal(env["CLUSTER_ID"], "eastus-cluster");
        assert.equal(env["PILOT_ENABLE_IP_AUTOALLOCATE"], "true");
        const values = JSON.parse(
          String(at(rendered.find("istiod", "ConfigMap", "istio-sidecar-injector"), "data.values")),
        ) as unknown;
        assert.equal(at(values, "global.meshID"), "mesh1");
        assert.equal(at(values, "global.network"), "network1");
        assert.equal(at(values, "global.multiCluster.clusterName"), "eastus-cluster");
        assert.equal(at(values, "global.tag"), "1.31.1");
        const mesh = meshConfig(rendered);
        assert.equal(at(mesh, "trustDomain"), "mesh.example");
        assert.equal(at(mesh, "defaultConfig.proxyMetadata.ISTIO_META_DNS_CAPTURE"), "true");
        // Deprecated, and istiod warns of it: addresses are allocated without it.
        assert.equal(at(mesh, "defaultConfig.proxyMetadata.ISTIO_META_DNS_AUTO_ALLOCATE"), undefined);
      });

      it("in the image's version", () => {
        const image = at(rendered.find("istiod", "Deployment"), "spec.template.spec.containers.0.image");
        assert.match(String(image), /\/pilot:1\.31\.1$/);
      });

      it("in having no reader of the charts' own", () => {
        for (const chart of ["base", "istiod"] as const) {
          const readers = rendered
            .all(chart)
            .filter((o) => String(at(o, "metadata.name")).startsWith("istio-reader"));
          assert.deepEqual(readers, []);
        }
      });

      it("in validating webhooks that fail closed from the first moment", () => {
        for (const chart of ["base", "istiod"] as const) {
          const webhook = rendered.find(chart, "ValidatingWebhookConfiguration");
          assert.equal(at(webhook, "webhooks.0.failurePolicy"), "Fail");
        }
      });

      it("in bringing every CRD along", () => {
        const crds = rendered.all("base").filter(({ kind }) => kind === "CustomResourceDefinition");
        assert.equal(crds.length, 15);
      });
    });
  }

  it("in what production writes and how it is spread", () => {
    const rendered = new Rendered({ profile: "production" });
    const mesh = meshConfig(rendered);
    assert.equal(at(mesh, "accessLogFile"), "/dev/stdout");
    assert.equal(at(mesh, "accessLogEncoding"), "JSON");
    const container = at(rendered.find("istiod", "Deployment"), "spec.template.spec.containers.0");
    assert.ok((at(container, "args") as string[]).includes("--log_as_json"));
    for (const chart of ["istiod", "gateway"] as const) {
      const template = at(rendered.find(chart, "Deployment"), "spec.template");
      const selected = at(template, "spec.topologySpreadConstraints.0.labelSelector.matchLabels");
      const labels = at(template, "metadata.labels") as Record<string, string>;
      for (const [key, value] of Object.entries(selected as Record<string, string>)) {
        assert.equal(labels[key], value, `${chart} spreads pods that it does not have`);
      }
    }
    assert.equal(at(rendered.find("gateway", "PodDisruptionBudget"), "spec.minAvailable"), 2);
    assert.ok(rendered.find("istiod", "PodDisruptionBudget"));
  });

  it("in the chart's own demo profile", () => {
    const demo = meshConfig(new Rendered({ profile: "demo" }));
    assert.ok(Array.isArray(at(demo, "extensionProviders")));
    assert.equal(at(meshConfig(new Rendered({})), "extensionProviders"), undefined);
  });

  it("in the gateway's address, on a Service whose ports name no application protocol", () => {
    const gatewayAddress = { name: "eastus-gateway", resourceGroup: "addresses" };
    const service = new Rendered({ gatewayAddress }).find("gateway", "Service");
    assert.equal(at(service, "spec.type"), "LoadBalancer");
    assert.deepEqual(at(service, "metadata.annotations"), {
      "service.beta.kubernetes.io/azure-pip-name": "eastus-gateway",
      "service.beta.kubernetes.io/azure-load-balancer-resource-group": "addresses",
    });
    for (const port of at(service, "spec.ports") as object[]) assert.ok(!("appProtocol" in port));
    assert.equal(at(service, "spec.selector.istio"), "ingressgateway");
  });

  it("in the revision", () => {
    const rendered = new Rendered({ revision: "1-31-1" });
    assert.equal(at(rendered.find("istiod", "Deployment"), "metadata.name"), "istiod-1-31-1");
    assert.equal(environment(rendered)["REVISION"], "1-31-1");
    assert.equal(at(meshConfig(rendered, "istio-1-31-1"), "trustDomain"), "mesh.example");
    const webhook = rendered.find("base", "ValidatingWebhookConfiguration");
    assert.equal(at(webhook, "webhooks.0.clientConfig.service.name"), "istiod-1-31-1");
    const labels = at(rendered.find("gateway", "Deployment"), "spec.template.metadata.labels");
    assert.equal((labels as Record<string, string>)["istio.io/rev"], "1-31-1");
    assert.equal(at(new Rendered({}).find("istiod", "Deployment"), "metadata.name"), "istiod");
  });

  it("in a user's values, also where a profile of the chart says otherwise", () => {
    const rendered = new Rendered({
      profile: "demo",
      overrides: [
        {
          istiod: { global: { proxy: { autoscaleEnabled: true } }, autoscaleMin: 2, env: { A: "b" } },
          gateway: { autoscaling: { maxReplicas: 7 } },
        },
      ],
    });
    const scaler = (chart: "istiod" | "gateway") =>
      at(rendered.find(chart, "HorizontalPodAutoscaler"), "spec");
    assert.equal(at(scaler("istiod"), "minReplicas"), 2);
    assert.equal(at(scaler("gateway"), "maxReplicas"), 7);
    assert.equal(environment(rendered)["A"], "b");
  });

  it("refuse a value of the gateway that they do not know", () => {
    const rendered = new Rendered({ overrides: [{ gateway: { replicas: 3 } }] });
    assert.throws(() => rendered.all("gateway"), /replicas/);
  });
});
