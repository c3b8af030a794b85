import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { requireIdentity } from "../../../cli/sandbox/context";
import { sandboxDown } from "../../../cli/sandbox/down";
import type { RegionReport, SandboxReport } from "../../../cli/sandbox/report";
import { regionAddresses } from "../../../sandbox/addresses/layout";
import { issueLeaf } from "../../../sandbox/cluster/pki";
import { kube } from "../../support/kube";
import { findLeaks } from "../../support/secrets";
import { eventually, seedForeign } from "./support/foreign";
import { differences, inventory, type Inventory } from "./support/inventory";
import { generated, kubeconfig, startMix, type Mix } from "./support/mix";

const REGION = "westeurope";
const SETTING = "global-mesh:kubeconfig";
const NAMESPACE = { apiVersion: "v1", kind: "Namespace", name: "production" };

const PLATFORM = "global-mesh:platform: existing";
const SELECTORS =
  "global-mesh:overrides: { istiod: { meshConfig: { discoverySelectors: [{ matchLabels: { app.kubernetes.io/part-of: global-mesh } }] } } }";

/** What stays by somebody's policy: Helm's of CRDs with what the API server makes for them, istiod's of its ConfigMaps. */
const LEFT =
  /^customresourcedefinitions \/.*\.istio\.io$|^apiservices \/.*\.istio\.io$|^configmaps .*\/istio-ca-(root-cert|crl)$/;

describe("a region whose cluster somebody else made", () => {
  let mix: Mix;
  let before_: Inventory;
  let given: string;
  let report: SandboxReport | undefined;

  before("start the cluster with what others run in it", async () => {
    mix = await startMix();
    await seedForeign(mix.existing);
    given = kubeconfig(mix, { token: mix.token });
    await mix.context.workspace.up("global");
    before_ = await inventory(mix.existing);
  });
  after(() => (mix as Mix | undefined)?.remove());

  /** What a preview is refused with, and that it names the setting and shows no credential. */
  async function refused(config?: string): Promise<string> {
    const { workspace } = mix.context;
    if (config !== undefined) await workspace.setSecret(REGION, SETTING, config);
    const error: unknown = await workspace.preview(REGION).then(
      () => assert.fail("the preview was not refused"),
      (thrown: unknown) => thrown,
    );
    const words = String(error);
    assert.match(words, /global-mesh:kubeconfig/);
    assert.ok(!words.includes(mix.token) && !words.includes("not-a-token"), "a credential is shown");
    return words;
  }

  it("is refused in the preview where a namespace that the mesh makes is somebody else's", async () => {
    await mix.existing.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE.name } });
    assert.match(await refused(), /namespace production exists and is not this program's/);
    const { workspace } = mix.context;
    await assert.rejects(workspace.up(REGION), /Nothing was changed/);
    await mix.existing.delete(NAMESPACE);
    await eventually("production is gone", async () => (await mix.existing.get(NAMESPACE)) === undefined);
    assert.deepEqual(differences(before_, await inventory(mix.existing)), { changed: [], added: [] });
    // The stack itself and the engine's own provider, which reads the other stacks.
    assert.equal(await workspace.resourceCount(REGION), 2);
  });

  it("is refused in the preview where the cluster cannot be reached or does not know the credential", async () => {
    const away = kubeconfig(mix, { token: mix.token }).replaceAll(/:6443/g, ":6444");
    assert.match(await refused(away), /cannot be reached from here \(ECONNREFUSED\)/);
    assert.match(await refused(kubeconfig(mix, { token: "not-a-token-of-this-cluster" })), /\(401\)/);
    assert.match(await refused(`token: "${mix.token}`), /is not YAML/);
  });

  it("stands beside a region on AKS: linked both ways, synced, one trust, policy applied", async () => {
    report = await mix.up();
    assert.deepEqual(
      report.regions.map((region) => [region.name, region.linkedPeers, region.mutualPeers, region.synced]),
      [
        ["eastus", [REGION], [REGION], ["westeurope-cluster"]],
        [REGION, ["eastus"], ["eastus"], ["eastus-cluster"]],
      ],
    );
    const [aks, theirs] = [of("eastus"), of(REGION)];
    assert.deepEqual(theirs.policies, aks.policies);
    const roots = await Promise.all(["eastus", REGION].map((region) => publishedRoot(region)));
    assert.equal(new Set(roots).size, 1);
    assert.equal(
      (
        await kube(mix.context, REGION).json<{ items: unknown[] }>([
          "-n",
          "production",
          "get",
          "virtualservices",
        ])
      ).items.length > 0,
      true,
    );
  });

  it("has no output of what only Azure gives, and the address that its own load balancer gave", async () => {
    const { workspace, home } = mix.context;
    const outputs = await workspace.outputs(REGION);
    const absent = ["clusterId", "gatewayFqdn", "gatewayIp", "virtualNetwork"];
    assert.deepEqual(
      absent.filter((name) => Object.hasOwn(outputs, name)),
      [],
    );
    assert.deepEqual(outputs["egressAddresses"], ["203.0.113.77"]);
    const arm = readFileSync(path.join(home.root, "azure", "state.json"), "utf8");
    assert.ok(arm.includes("203.0.113.77/32"), "its peer on AKS lets it in");
    assert.equal(outputs["apiAddress"], mix.server);
    const { block, slots } = requireIdentity(home);
    // The first address is the foreign Service's.
    assert.equal(of(REGION).gateway, regionAddresses(block, slots[REGION] ?? -1).publicIp(2));
    assert.match(of("eastus").gateway, /^eastus-cluster\.eastus\./);
  });

  it("keeps its kubeconfig encrypted, whatever start rewrites the stack file", async () => {
    const { home } = mix.context;
    const before = generated(mix)[SETTING];
    mix.refreshProject();
    assert.deepEqual(generated(mix)[SETTING], before);
    assert.deepEqual(Object.keys(before as object), ["secure"]);
    const secrets = [{ name: "the operator's token", value: mix.token }];
    assert.deepEqual(findLeaks([home.project, home.backend], secrets), []);
    await Promise.resolve();
  });

  it("changes nothing for another kubeconfig of the same cluster: exec, a certificate, one of several contexts", async () => {
    const { workspace, home } = mix.context;
    const user = await issueLeaf(
      { certificate: mix.ca, privateKey: mix.caKey },
      { commonName: "mesh-operator", dnsNames: ["mesh-operator"], ipAddresses: [] },
    );
    const role = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
    const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "mesh-operator" }];
    const binding = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding" };
    await mix.existing.create({ ...binding, metadata: { name: "mesh-operator" }, roleRef: role, subjects });
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    const contexts = [
      { name: "other", context: { cluster: "elsewhere", user: "nobody" } },
      { name: "theirs", context: { cluster: "theirs", user: "me" } },
    ];
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: path.join(home.bin, "kubelogin"),
      interactiveMode: "Never",
    };
    const variants = {
      "exec, one of several contexts": kubeconfig(mix, { exec }, { contexts }),
      "a certificate": kubeconfig(mix, {
        "client-certificate-data": base64(user.certificate),
        "client-key-data": base64(user.privateKey),
      }),
    };
    for (const [name, config] of Object.entries(variants)) {
      await workspace.setSecret(REGION, SETTING, config);
      const { changes } = await workspace.preview(REGION);
      // The provider takes the new credential; nothing in the cluster is touched for it.
      const touched = Object.entries(changes).filter(([operation]) => operation !== "same");
      assert.deepEqual(Object.fromEntries(touched), { update: 1 }, name);
    }
    await workspace.setSecret(REGION, SETTING, given);
    await mix.existing.delete({ ...binding, name: "mesh-operator" });
  });

  it("is left by destroy as it was: what is foreign is identical, what Helm and istiod leave is named", async () => {
    await mix.context.workspace.destroy(REGION);
    const { changed, added } = differences(before_, await inventory(mix.existing));
    assert.deepEqual(changed, []);
    const kept = added.filter((key) => !LEFT.test(key));
    assert.deepEqual(kept, []);
    const crds = added.filter((key) => key.startsWith("customresourcedefinitions "));
    const roots = added.filter((key) => key.startsWith("configmaps "));
    console.log(
      `      ${before_.size} foreign objects identical; left by policy: ${crds.length} CRDs, ${roots.length} ConfigMaps`,
    );
  });

  it("takes up what it left, and leaves others' namespaces alone where istiod is told to", async () => {
    const { context, existing } = mix;
    const swept = await kube(context, REGION).run([
      "delete",
      "configmap",
      "-A",
      "-l",
      "istio.io/config=true",
    ]);
    assert.equal(swept.code, 0, swept.stderr);
    mix.edit("Pulumi.westeurope.yaml", PLATFORM, `${PLATFORM}\n  ${SELECTORS}`);
    mix.refreshProject();
    await context.workspace.up(REGION);
    const ours = ["cross-cluster-test", "istio-ingress", "istio-system", "production"];
    // istiod writes once it has been elected, some time after it is ready.
    let written: readonly string[] = [];
    await eventually("istiod has written in all namespaces of ours", async () => {
      const { items } = await kube(context, REGION).json<{ items: { metadata: { namespace: string } }[] }>([
        ...["get", "configmap", "-A", "-l", "istio.io/config=true"],
      ]);
      written = items.map(({ metadata }) => metadata.namespace);
      return ours.every((namespace) => written.includes(namespace));
    });
    assert.deepEqual(
      written.filter((namespace) => !ours.includes(namespace)),
      [],
    );
    existing.close();
    const found = await sandboxDown(context, {}, new AbortController().signal);
    assert.deepEqual(found.leaks, []);
    assert.deepEqual(found.keptConfigMaps, []);
    assert.ok(found.keptCrds.includes("virtualservices.networking.istio.io"));
  });

  function of(region: string): RegionReport {
    const found = report?.regions.find(({ name }) => name === region);
    return found ?? assert.fail(`no report of ${region}`);
  }

  async function publishedRoot(region: string): Promise<string> {
    const published = await kube(mix.context, region).json<{ data: Record<string, string> }>([
      ...["-n", "production", "get", "configmap", "istio-ca-root-cert"],
    ]);
    return new X509Certificate(published.data["root-cert.pem"] ?? "").fingerprint256;
  }
});
