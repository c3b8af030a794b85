import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { helmRenderer, type Rendered } from "../../../guardrails/manifests/render";
import { helmRules } from "../../../guardrails/rules/mesh/helm";
import { meshRules } from "../../../guardrails/rules/mesh";
import { RELEASE } from "../../../guardrails/rules/mesh/kinds";
import type { GivenSettings } from "../../../guardrails/rule";
import { GATEWAY_NAME, istioValues, type ChartValues, type ValuesInput } from "../../../istio/values";
import { required } from "./render";

const RELEASES = [
  ["base", "istio-base", "istio-system"],
  ["istiod", "istiod", "istio-system"],
  ["gateway", GATEWAY_NAME, "istio-ingress"],
] as const satisfies readonly (readonly [keyof ChartValues, string, string])[];

const INPUT: ValuesInput = {
  profile: "default",
  istioVersion: "1.31.1",
  revision: "default",
  meshId: "mesh1",
  clusterName: "eastus-cluster",
  network: "network1",
  trustDomain: "cluster.local",
  gatewayAddress: { name: "eastus-gateway", resourceGroup: "addresses" },
};

describe("guardrails over what the pinned charts make", function () {
  this.timeout(900_000);
  let helmHome: string;
  before(() => {
    process.env["GUARDRAILS_HELM"] = path.join(required("SANDBOX_TEST_TOOLS"), "helm");
    // Helm's own folders of the user stay out of it.
    helmHome = mkdtempSync(path.join(tmpdir(), "guardrails-helm-"));
    for (const kind of ["CACHE", "CONFIG", "DATA"]) process.env[`HELM_${kind}_HOME`] = helmHome;
  });
  after(() => {
    for (const key of ["GUARDRAILS_HELM", "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"]) {
      Reflect.deleteProperty(process.env, key);
    }
    rmSync(helmHome, { recursive: true, force: true });
  });

  const seen = new Map<string, number>();
  const real = helmRenderer();
  const counting = async (call: Parameters<typeof real>[0]): Promise<Rendered> => {
    const rendered = await real(call);
    if (rendered.state === "rendered") seen.set(JSON.stringify(call), rendered.objects.length);
    return rendered;
  };
  const objectRules = meshRules.filter(({ id }) => !id.startsWith("helm-"));
  const rules = helmRules(objectRules, counting);

  /** What the rules over Releases say of the three charts. */
  async function say(
    input: Partial<ValuesInput>,
    settings: Readonly<Record<string, GivenSettings>> = {},
  ): Promise<string> {
    const values = istioValues({ ...INPUT, ...input });
    const messages = await Promise.all(
      RELEASES.flatMap(([chart, name, namespace]) =>
        rules.map(async (rule) => {
          if (rule.scope !== "resource") return [];
          const props = {
            chart: path.join(required("SANDBOX_TEST_CHARTS"), chart),
            name,
            namespace,
            atomic: true,
            values: values[chart],
          };
          return rule.check({ type: RELEASE, name, urn: `urn::${name}`, props }, settings[rule.id]);
        }),
      ),
    );
    return messages.flat().join("\n");
  }

  for (const profile of ["demo", "default", "minimal", "production"] as const) {
    it(`find nothing with the profile ${profile}`, async () => assert.equal(await say({ profile }), ""));
  }

  it("find nothing beside another revision", async () => assert.equal(await say({ revision: "1-31-1" }), ""));

  it("have judged every object of the charts", () => {
    const total = [...seen.values()].reduce((sum, count) => sum + count, 0);
    console.log(`      ${total} objects of ${seen.size} rendered charts, ${objectRules.length} rules`);
    // The base chart is the same for every profile, and so rendered once for all four.
    assert.equal(seen.size, 5 * RELEASES.length - 3);
    for (const count of seen.values()) assert.ok(count >= 5, "a chart renders nearly nothing");
  });

  it("report what a user's values break, in the chart that it breaks", async () => {
    const said = await say({
      overrides: [
        {
          istiod: { env: { PILOT_SKIP_VALIDATE_TRUST_DOMAIN: "true" }, image: "r.example.com/pilot" },
          gateway: {
            containerSecurityContext: { privileged: true },
            env: { API_TOKEN: "secret-canary" },
            service: { externalIPs: ["198.51.100.7"] },
          },
        },
      ],
    });
    for (const [object, rule] of [
      ["Release istiod › Deployment istio-system/istiod", "istio-control-plane-checks"],
      ["Release istiod › Deployment istio-system/istiod", "kubernetes-image-pinned"],
      [`Release ${GATEWAY_NAME} › Deployment istio-ingress/${GATEWAY_NAME}`, "kubernetes-privileged"],
      [`Release ${GATEWAY_NAME} › Deployment istio-ingress/${GATEWAY_NAME}`, "kubernetes-plaintext-secret"],
      [`Release ${GATEWAY_NAME} › Service istio-ingress/${GATEWAY_NAME}`, "kubernetes-external-addresses"],
    ] as const) {
      assert.ok(
        said.split("\n").some((line) => line.startsWith(`${object}: `) && line.includes(`(${rule}: `)),
        `${rule} is not reported of ${object}:\n${said}`,
      );
    }
    assert.doesNotMatch(said, /secret-canary/);
  });

  it("take settings for the objects of charts", async () => {
    const said = await say(
      {},
      { "helm-objects": { settings: { "kubernetes-secret-readers": { readers: [] } } } },
    );
    assert.match(
      said,
      /ClusterRole istiod-clusterrole-istio-system: rules\[\d+\]\.resources: got "get, watch, list secrets"/,
    );
  });
});
