import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { tool } from "./support/cluster";
import { Project, type Finished } from "./support/project";
import type { Data, ScenarioResource } from "./support/scenario";

const PACK = resolve(__dirname, "..", "..", "..", "guardrails");

/** A cluster that nobody asks in a preview. */
const KUBECONFIG = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "c", user: { token: "none" } }],
  contexts: [{ name: "c", context: { cluster: "c", user: "c" } }],
  "current-context": "c",
});

const NAMESPACE: ScenarioResource = {
  type: "Namespace",
  name: "apps",
  args: { metadata: { name: "apps", labels: { "istio-injection": "enabled" } } },
};

/** An object of Istio's, which Pulumi knows by the kind that the object names. */
function istio(kind: string, apiVersion: string, spec: Data): ScenarioResource {
  return {
    type: kind,
    name: kind,
    args: { apiVersion, kind, metadata: { name: "default", namespace: "apps" }, spec },
  };
}

function gateway(values: Record<string, Data>): ScenarioResource {
  const chart = join(process.env["SANDBOX_TEST_CHARTS"] ?? "", "gateway");
  return {
    type: "Release",
    name: "gateway",
    args: { name: "gateway", namespace: "edge", chart, atomic: true, values },
  };
}

describe("guardrails under the engine", function () {
  this.timeout(900_000);
  let project: Project;
  before(async () => (project = await Project.make()));
  after(() => (project as Project | undefined)?.remove());

  async function preview(...resources: ScenarioResource[]): Promise<Finished> {
    project.set({ provider: { kubeconfig: { $secret: KUBECONFIG } }, resources });
    return project.pulumi(["preview", "--policy-pack", PACK], { GUARDRAILS_HELM: tool("helm") });
  }

  it("let sound objects, and a sound chart, pass without a word", async () => {
    const { code, text } = await preview(
      NAMESPACE,
      istio("PeerAuthentication", "security.istio.io/v1", { mtls: { mode: "STRICT" } }),
      istio("AuthorizationPolicy", "security.istio.io/v1", {}),
      gateway({ service: { annotations: { note: { $secret: "secret-canary" } } } }),
    );
    assert.equal(code, 0, text);
    assert.match(text, /✅ global-mesh@/);
    assert.doesNotMatch(text, /\[(mandatory|advisory)\]|secret-canary/);
  });

  it("stop a preview for an object, for what a stack leaves out, and for what a chart makes", async () => {
    const { code, text } = await preview(
      NAMESPACE,
      istio("AuthorizationPolicy", "security.istio.io/v1beta1", { rules: [{}] }),
      gateway({
        containerSecurityContext: { privileged: true },
        env: { API_TOKEN: { $secret: "secret-canary" } },
      }),
    );
    assert.notEqual(code, 0);
    for (const says of [
      /istio-authorization-everybody/,
      /Release gateway › Deployment edge\/gateway: .*privileged: got true/,
      /Release gateway › Deployment edge\/gateway: .*a text for API_TOKEN/,
      /\[mandatory\] +istio-mtls-everywhere/,
    ]) {
      assert.match(text, says);
    }
    assert.doesNotMatch(text, /secret-canary/);
  });
});
