import assert from "node:assert/strict";
import type { Registration, Run } from "../../support/mocks";
import { globalStack, runStack } from "../../support/stacks";

const standing = { global: globalStack(["eastus", "westeurope", "southeastasia"]) };
const RELEASE = "kubernetes:helm.sh/v3:Release";

const ofType = (run: Run, type: string): readonly Registration[] =>
  run.registrations.filter((registration) => registration.type === type);
const gateways = (run: Run): readonly string[] =>
  ofType(run, RELEASE)
    .filter(({ inputs }) => inputs["chart"] === "gateway")
    .map(({ inputs }) => `${String(inputs["namespace"])}/${String(inputs["name"])}`)
    .toSorted();
const namespaces = (run: Run): readonly string[] =>
  ofType(run, "kubernetes:core/v1:Namespace").map(({ name }) => name);

describe("the gateways of a region's program", function () {
  // Each case runs the whole program.
  this.timeout(60_000);
  it("are the ingress gateway alone where nothing is said", async () => {
    const run = await runStack("eastus", standing);
    assert.deepEqual(gateways(run), ["istio-ingress/istio-ingressgateway"]);
    assert.ok(!namespaces(run).includes("istio-egress"));
  });

  it("are the egress gateway too, with the value set production", async () => {
    const run = await runStack("eastus", standing, { "global-mesh:profile": "production" });
    assert.deepEqual(gateways(run), [
      "istio-egress/istio-egressgateway",
      "istio-ingress/istio-ingressgateway",
    ]);
    assert.ok(namespaces(run).includes("istio-egress"));
  });

  it("are as said, each after istiod, in a namespace that is made once, with the user's values", async () => {
    const values = { egressGateway: { replicaCount: 4 }, internalGateway: { env: { A: "b" } } };
    const run = await runStack("eastus", standing, {
      "global-mesh:egressGateway": "always",
      "global-mesh:internalGateway": "true",
      "global-mesh:values": JSON.stringify(values),
    });
    assert.deepEqual(gateways(run), [
      "istio-egress/istio-egressgateway",
      "istio-ingress/istio-ingressgateway",
      "istio-ingress/istio-internal-gateway",
    ]);
    const made = namespaces(run).filter((name) => name.startsWith("istio-"));
    assert.deepEqual(made.toSorted(), ["istio-egress", "istio-ingress", "istio-system"]);
    for (const name of ["istio-egressgateway", "istio-ingressgateway", "istio-internal-gateway"]) {
      const release = ofType(run, RELEASE).find((registration) => registration.name === name);
      const after = release?.options["dependsOn"] as readonly string[];
      assert.ok(after.includes(`${RELEASE}::istiod-default`), name);
      assert.equal(release?.inputs["atomic"], true);
    }
    const valuesOf = (name: string) =>
      ofType(run, RELEASE).find((registration) => registration.name === name)?.inputs["values"] as Record<
        string,
        unknown
      >;
    assert.equal(valuesOf("istio-egressgateway")["replicaCount"], 4);
    assert.deepEqual(valuesOf("istio-internal-gateway")["env"], { A: "b" });
    assert.equal(valuesOf("istio-ingressgateway")["env"], undefined);
  });

  it("are refused where the setting is not one of its words", async () => {
    await assert.rejects(
      runStack("eastus", standing, { "global-mesh:egressGateway": "on" }),
      /global-mesh:egressGateway\n +got: +"on"\n +allowed: profile, always or never/,
    );
  });
});
