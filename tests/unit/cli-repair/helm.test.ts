import assert from "node:assert/strict";
import { kubeconfigsOf } from "../../../cli/repair/clusters";
import {
  knownReleases,
  mayBeOurs,
  mendArguments,
  planRelease,
  type Revision,
} from "../../../cli/repair/helm-plan";
import type { Deployment } from "../../../cli/repair/state";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const urn = (type: string, name: string) => `urn:pulumi:eastus::global-mesh::${type}::${name}`;
const inputs = (name: string, namespace: string) => ({ name, namespace });

const DEPLOYMENT: Deployment = {
  resources: [
    {
      urn: urn("kubernetes:core/v1:Namespace", "ns"),
      type: "kubernetes:core/v1:Namespace",
      custom: true,
      id: "istio-system",
    },
    { urn: urn(RELEASE, "istio-base"), type: RELEASE, custom: true, id: "istio-system/istio-base" },
  ],
  pending_operations: [
    {
      type: "creating",
      resource: {
        urn: urn(RELEASE, "gw"),
        type: RELEASE,
        custom: true,
        inputs: inputs("gateway", "istio-ingress"),
      },
    },
  ],
};

const at = (minute: number): string => `2026-11-21T21:${String(minute).padStart(2, "0")}:00.123456789Z`;
const history = (...statuses: string[]): Revision[] =>
  statuses.map((status, n) => ({ revision: n + 1, status, updated: at(n) }));

describe("releases that a killed Helm left", () => {
  const known = knownReleases(DEPLOYMENT);

  it("are those of the state, of its interrupted creations, and of its namespaces", () => {
    const ours = (namespace: string, name: string, status: string, chart = "istiod-1.31.1"): boolean =>
      mayBeOurs({ namespace, name, status, chart }, known);
    assert.equal(ours("istio-system", "istio-base", "pending-upgrade"), true);
    assert.equal(ours("istio-ingress", "gateway", "pending-install"), true);
    assert.equal(ours("istio-system", "istiod", "pending-install"), true, "the state never heard of it");
    assert.equal(ours("istio-system", "istiod", "failed"), true, "its name is taken");
    assert.equal(ours("istio-system", "istio-base", "failed"), false, "Helm takes it as it stands");
    assert.equal(ours("istio-system", "kiali", "failed", "kiali-server-2.0.0"), false, "somebody else's");
    assert.equal(ours("istio-system", "kiali", "uninstalling", "kiali-server-2.0.0"), false);
    assert.equal(ours("istio-system", "istio-base", "pending-upgrade", "forked-base-1.0.0"), true);
    assert.equal(ours("istio-ingress", "other", "pending-install"), false);
    assert.equal(ours("monitoring", "grafana", "pending-upgrade"), false);
  });

  const CASES: readonly [string, string[], string[] | undefined][] = [
    ["a first installation", ["pending-install"], ["uninstall", "x"]],
    ["an upgrade", ["superseded", "deployed", "pending-upgrade"], ["rollback", "x", "2"]],
    ["an upgrade after a failed one", ["deployed", "failed", "pending-upgrade"], ["rollback", "x", "1"]],
    ["an upgrade of what never worked", ["failed", "pending-upgrade"], ["uninstall", "x"]],
    ["a rollback", ["superseded", "superseded", "pending-rollback"], ["rollback", "x", "2"]],
    ["an uninstallation", ["uninstalling"], ["uninstall", "x"]],
    ["a failed first installation", ["failed"], ["uninstall", "x"]],
    ["a failed upgrade", ["deployed", "failed"], undefined],
    ["a release that is well", ["superseded", "deployed"], undefined],
    ["one that is gone", [], undefined],
  ];
  for (const [what, statuses, begin] of CASES)
    it(`${what} (${statuses.join(", ")}): ${begin?.[0] ?? "nothing"}`, () => {
      const release = { name: "x", namespace: "istio-system", status: statuses.at(-1) ?? "" };
      const plan = planRelease(release, history(...statuses).toReversed(), known);
      assert.deepEqual(plan && mendArguments(plan).slice(0, begin?.length), begin);
    });

  it("say since when, and whether the state must be told", () => {
    const release = { name: "istio-base", namespace: "istio-system", status: "pending-upgrade" };
    const plan = planRelease(release, history("deployed", "pending-upgrade"), known);
    assert.equal(plan?.since, "2026-11-21T21:01:00.123Z");
    assert.equal(plan.urn, urn(RELEASE, "istio-base"));
    const begun = { name: "gateway", namespace: "istio-ingress", status: "pending-install" };
    assert.equal(planRelease(begun, history("pending-install"), known)?.urn, undefined);
  });
});

describe("the kubeconfigs of a stack", () => {
  it("come from its providers, also secret ones, each once", () => {
    const provider = (name: string, kubeconfig: unknown) => ({
      urn: urn("pulumi:providers:kubernetes", name),
      type: "pulumi:providers:kubernetes",
      custom: true,
      inputs: { kubeconfig },
    });
    const text = "clusters: []";
    const secret = { "4dabf18193072939515e22adb298388d": "x", plaintext: JSON.stringify(text) };
    const resources = [provider("a", secret), provider("b", text), provider("c", undefined)];
    assert.deepEqual(kubeconfigsOf({ resources }), [text]);
  });
});
