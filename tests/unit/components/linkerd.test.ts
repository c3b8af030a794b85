import assert from "node:assert/strict";
import { linkerdChart } from "../../../components/linkerd/charts";
import type { Registration, Run } from "../../support/mocks";
import { globalStack, linkerdGlobalStack, runStack } from "../../support/stacks";

const REGIONS = ["eastus", "westeurope", "southeastasia"];
const LINKERD = {
  "global-mesh:meshKind": "linkerd",
  "global-mesh:applications": JSON.stringify(["api-canary", "mesh"]),
};
const ofType = (run: Run, type: string): readonly Registration[] =>
  run.registrations.filter((one) => one.type === type);
const RELEASE = "kubernetes:helm.sh/v3:Release";

describe("the stack global with Linkerd", () => {
  let run: Run;
  before(async () => {
    run = await runStack("global", {}, LINKERD);
  });

  it("changes nothing of Istio's trust", async () => {
    const istio = await runStack("global", {});
    const standing = new Set(istio.registrations.map(({ urn }) => urn));
    assert.deepEqual(
      run.registrations.filter(({ urn }) => standing.has(urn)),
      istio.registrations,
    );
  });

  it("makes anchor and issuers on P-256, the curve that Linkerd asks for", () => {
    const keys = ofType(run, "tls:index/privateKey:PrivateKey").filter(({ name }) =>
      /^(anchor|issuer)/.test(name),
    );
    assert.deepEqual(
      keys.map(({ name, inputs, options }) => [name, inputs["ecdsaCurve"], options["protect"]]),
      ["anchor-r1", ...REGIONS.toSorted().map((region) => `issuer-${region}`)].map((name) => [
        `${name}-key`,
        "P256",
        true,
      ]),
    );
  });

  it("gives an issuer the name that the control plane expects, no CA below it, and an early renewal", () => {
    const requests = ofType(run, "tls:index/certRequest:CertRequest").filter(({ name }) =>
      name.startsWith("issuer"),
    );
    const certificates = ofType(run, "tls:index/locallySignedCert:LocallySignedCert").filter(({ name }) =>
      name.startsWith("issuer"),
    );
    assert.equal(requests.length, 3);
    assert.equal(certificates.length, 3);
    for (const { inputs } of requests)
      assert.deepEqual(inputs["dnsNames"], ["identity.linkerd.cluster.local"]);
    for (const { inputs, options } of certificates) {
      assert.equal(inputs["isCaCertificate"], true);
      assert.equal(inputs["maxPathLength"], 0);
      assert.equal(inputs["validityPeriodHours"], 17_520);
      assert.equal(inputs["earlyRenewalHours"], 2_160);
      assert.equal(inputs["caPrivateKeyPem"], "[secret]");
      assert.equal(options["protect"], undefined, "protection would stop the renewal");
    }
  });

  it("has an anchor that never renews itself", () => {
    const anchor = ofType(run, "tls:index/selfSignedCert:SelfSignedCert").find(({ name }) =>
      /^anchor/.test(name),
    );
    assert.equal(anchor?.inputs["validityPeriodHours"], 87_600);
    assert.equal("earlyRenewalHours" in anchor.inputs, false);
  });

  it("exports public anchors and secret issuers, named in its contract", () => {
    const { secretNames } = run.outputs["linkContract"] as { secretNames: string[] };
    for (const region of REGIONS) {
      assert.equal(run.outputs[`issuer-${region}`], "[secret]");
      assert.ok(secretNames.includes(`issuer-${region}`));
    }
    assert.equal((run.outputs["anchors"] as string[]).length, 1);
  });
});

describe("a region with Linkerd", () => {
  let run: Run;
  before(async () => {
    run = await runStack("eastus", { global: linkerdGlobalStack(REGIONS) }, LINKERD);
  });

  it("installs CRDs, control plane and viz one after the other, and nothing of Istio", () => {
    const releases = ofType(run, RELEASE);
    assert.deepEqual(
      releases.map(({ name }) => name),
      ["linkerd-control-plane", "linkerd-crds", "linkerd-viz"],
    );
    const after = (name: string) =>
      (releases.find((one) => one.name === name)?.options["dependsOn"] as string[]).filter((urn) =>
        urn.includes("Release"),
      );
    assert.deepEqual(after("linkerd-crds"), []);
    assert.deepEqual(after("linkerd-control-plane"), [`${RELEASE}::linkerd-crds`]);
    assert.deepEqual(after("linkerd-viz"), [`${RELEASE}::linkerd-control-plane`]);
    assert.doesNotMatch(JSON.stringify(run.registrations), /istio\.io|istio-system|istiod/);
  });

  it("has anchor and issuer before the control plane, the key as a secret and nowhere else", () => {
    const [secret, ...others] = ofType(run, "kubernetes:core/v1:Secret");
    assert.equal(others.length, 0);
    assert.equal(secret?.inputs["type"], "kubernetes.io/tls");
    assert.equal(secret.inputs["data"], "[secret]");
    const [roots] = ofType(run, "kubernetes:core/v1:ConfigMap");
    assert.match(JSON.stringify(roots?.inputs["data"]), /^\{"ca-bundle\.crt":"-----BEGIN CERTIFICATE-----/);
    const installed = run.registrations.find(({ type }) => type === "global-mesh:linkerd:Linkerd");
    const before = installed?.options["dependsOn"] as string[];
    assert.ok(before.includes("kubernetes:core/v1:Secret::identity-issuer"));
    assert.ok(before.includes("kubernetes:core/v1:ConfigMap::identity-trust-roots"));
    assert.doesNotMatch(JSON.stringify(run), /key-of-the-issuer/);
  });

  it("hands the mesh's mode to the control plane", () => {
    const release = ofType(run, RELEASE).find(({ name }) => name === "linkerd-control-plane");
    const { proxy } = release?.inputs["values"] as { proxy: { defaultInboundPolicy: string } };
    assert.equal(proxy.defaultInboundPolicy, "all-authenticated");
  });

  it("reads no peer, is linked to none, and exports no credential", () => {
    // Its own stack, and global.
    assert.equal(run.order.filter((token) => token === "pulumi:pulumi:readStackOutputs").length, 2);
    assert.deepEqual(run.outputs["linkedPeers"], []);
    assert.deepEqual(run.outputs["pendingPeers"], []);
    assert.equal("readerCredential" in run.outputs, false);
    assert.equal(run.outputs["rootFingerprint"], "CC:DD");
    assert.deepEqual(run.warnings, []);
  });

  it("labels and names every object itself", () => {
    for (const { urn, inputs } of run.registrations.filter(({ type }) => /^kubernetes:(?!helm)/.test(type))) {
      const metadata = inputs["metadata"] as { name?: string; labels?: Record<string, string> };
      assert.equal(metadata.labels?.["app.kubernetes.io/part-of"], "global-mesh", urn);
      assert.ok(metadata.name, urn);
    }
  });

  it("leaves viz out where the setting says so", async () => {
    const linkerd = {
      charts: { registry: "oci://registry.example.com/linkerd/" },
      versions: { crds: "1.2.3", controlPlane: "1.2.3", viz: "1.2.3" },
      viz: false,
    };
    const bare = await runStack(
      "eastus",
      { global: linkerdGlobalStack(REGIONS) },
      { ...LINKERD, "global-mesh:linkerd": JSON.stringify(linkerd) },
    );
    const [controlPlane, crds, ...others] = ofType(bare, RELEASE);
    assert.deepEqual(others, []);
    assert.equal(crds?.inputs["chart"], "oci://registry.example.com/linkerd/linkerd-crds");
    assert.equal(controlPlane?.inputs["version"], "1.2.3");
    assert.ok(!bare.registrations.some(({ name }) => name === "linkerd-viz"));
  });

  it("says that global has no issuer yet", async () => {
    await assert.rejects(runStack("eastus", { global: globalStack(REGIONS) }, LINKERD), {
      message:
        /holds no issuer of Linkerd for region eastus: .* before meshKind said linkerd\. .* pulumi up --stack global$/,
    });
  });

  it("refuses the default catalog's global service before anything is made", async () => {
    await assert.rejects(
      runStack(
        "eastus",
        { global: linkerdGlobalStack(REGIONS) },
        { ...LINKERD, "global-mesh:applications": '["ai-agent"]' },
      ),
      /applications\.ai-agent\.services\.ai-agent\.globalHost: got "ai-agent\.global"; allowed is nothing with meshKind linkerd/,
    );
  });
});

describe("a chart of Linkerd", () => {
  it("is a folder of the folder, or is missed by its place and how to get it", () => {
    const folder = { kind: "folder", path: "/charts" } as const;
    const exists = (file: string): boolean => file === "/charts/linkerd-crds/Chart.yaml";
    assert.deepEqual(linkerdChart(folder, "crds", "1.2.3", exists), { chart: "/charts/linkerd-crds" });
    assert.throws(
      () => linkerdChart(folder, "viz", "1.2.3", exists),
      /^Error: global-mesh:linkerd\.charts\.folder: got "\/charts", which has no linkerd-viz\/Chart\.yaml; .* helm pull linkerd-viz/,
    );
  });
});
