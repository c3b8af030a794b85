import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeError, KubeObject } from "../../../sandbox/kube";
import type { Pod } from "../../../sandbox/node/types";
import { makeCacerts, makeRoot, shownCertificates, type Root } from "./support/certificates";
import { eventually, makeNamespace, required, startCluster, type TestCluster } from "./support/cluster";
import { FakePublicIps } from "./support/public-ips";

const SYSTEM = "istio-system";

/** The real charts, installed by the real helm: istiod runs, and its webhooks are called by the API server. */
describe("istiod on a node of the sandbox", function () {
  this.timeout(900_000);
  const publicIps = new FakePublicIps({ "network/gateway": "127.9.1.1" });
  let cluster: TestCluster;
  let root: Root;

  before(async () => {
    const pilotDiscovery = join(required("SANDBOX_TEST_TOOLS", "pilot-discovery"), "pilot-discovery");
    cluster = await startCluster({ executables: { pilotDiscovery }, publicIps });
    await makeNamespace(cluster.kube, SYSTEM);
    root = await makeRoot("test root");
    await cluster.kube.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "cacerts", namespace: SYSTEM },
      stringData: await makeCacerts(root, "first intermediate"),
    });
  });
  after(() => (cluster as TestCluster | undefined)?.stop());

  const chart = (path: string) => join(required("SANDBOX_TEST_CHARTS", path), path);
  const upgrade = (name: string, path: string, namespace: string, values: Record<string, unknown>) =>
    cluster.helm(
      ...["upgrade", "--install", name, chart(path), "-n", namespace, "--wait", "--timeout", "180s"],
      ...Object.entries(values).flatMap(([key, value]) => ["--set-json", `${key}=${JSON.stringify(value)}`]),
    );
  const istiodValues = () => ({
    "base.validationURL": `https://localhost:${cluster.addresses.istiod.https}/validate`,
    "istiodRemote.injectionURL": `https://localhost:${cluster.addresses.istiod.https}/inject`,
    "pilot.env": {
      PILOT_ENABLE_METADATA_EXCHANGE: "false",
      PILOT_ENABLE_ALPN_FILTER: "false",
      ISTIOD_CUSTOM_HOST: "localhost",
    },
    "meshConfig.defaultProviders.metrics": [],
    "global.meshID": "mesh1",
    "global.multiCluster.clusterName": "eastus-cluster",
    "global.network": "network1",
  });
  const istiodPods = async () =>
    (await cluster.kube.list({
      apiVersion: "v1",
      kind: "Pod",
      namespace: SYSTEM,
      labelSelector: "app=istiod",
    })) as Pod[];
  const shownNames = () => shownCertificates(cluster.addresses.istiod.https);
  const virtualService = (weight: number): KubeObject => ({
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "split", namespace: "default" },
    spec: {
      hosts: ["shop.example.org"],
      http: [
        {
          route: [
            { destination: { host: "a" }, weight },
            { destination: { host: "b" }, weight: 20 },
          ],
        },
      ],
    },
  });

  it("becomes ready under helm --wait, on its own ports of localhost", async () => {
    await upgrade("istio-base", "base", SYSTEM, {
      "base.validationURL": istiodValues()["base.validationURL"],
    });
    await upgrade("istiod", "istiod", SYSTEM, istiodValues());
    const [pod] = await istiodPods();
    assert.equal(pod?.metadata.labels?.["sandbox/simulated"], undefined);
    assert.equal(pod?.status?.containerStatuses?.[0]?.ready, true);
    const { http, monitoring } = cluster.addresses.istiod;
    assert.equal((await fetch(`http://127.0.0.1:${http}/ready`)).status, 200);
    assert.match(await (await fetch(`http://127.0.0.1:${monitoring}/version`)).text(), /\d/);
  });

  it("fills in its webhooks' CA and turns validation to Fail", async () => {
    const names = ["istiod-default-validator", `istio-validator-${SYSTEM}`];
    for (const name of names)
      await eventually(`closed webhook ${name}`, 60_000, async () => {
        const found = await cluster.kube.get({
          apiVersion: "admissionregistration.k8s.io/v1",
          kind: "ValidatingWebhookConfiguration",
          name,
        });
        const [webhook] = (found?.["webhooks"] ?? []) as {
          failurePolicy: string;
          clientConfig: { caBundle?: string };
        }[];
        const ca = Buffer.from(webhook?.clientConfig.caBundle ?? "", "base64").toString();
        return webhook?.failurePolicy === "Fail" && ca.includes("BEGIN CERTIFICATE") ? true : undefined;
      });
  });

  it("denies a VirtualService with a negative weight, in its own words", async () => {
    await assert.rejects(cluster.kube.create(virtualService(-1)), (error: KubeError) => {
      assert.match(error.message, /admission webhook "validation\.istio\.io" denied the request: .*weight/s);
      return true;
    });
    const created = await cluster.kube.create(virtualService(80));
    assert.notEqual(created.metadata.uid, undefined);
  });

  it("signs with the certificates of the Secret and spreads their root", async () => {
    assert.ok((await shownNames()).includes("first intermediate"));
    const map = await eventually("istio-ca-root-cert", 120_000, () =>
      cluster.kube.get({
        apiVersion: "v1",
        kind: "ConfigMap",
        namespace: "default",
        name: "istio-ca-root-cert",
      }),
    );
    const pem = (map["data"] as Record<string, string>)["root-cert.pem"] ?? "";
    assert.equal(
      new X509Certificate(pem).fingerprint256,
      new X509Certificate(root.certificate.toString("pem")).fingerprint256,
    );
  });

  it("gives a pod of a labelled namespace its proxy", async () => {
    await makeNamespace(cluster.kube, "production", { "istio-injection": "enabled" });
    await cluster.kube.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "agent", namespace: "production", labels: { app: "ai-agent" } },
      spec: { containers: [{ name: "agent", image: "example.org/ai-agent:1" }] },
    });
    const ref = { apiVersion: "v1", kind: "Pod", namespace: "production", name: "agent" };
    const pod = await eventually("ready pod", 120_000, async () => {
      const found = (await cluster.kube.get(ref)) as Pod | undefined;
      return found?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ===
        true
        ? found
        : undefined;
    });
    const proxy = pod.spec.initContainers?.find(({ name }) => name === "istio-proxy");
    assert.equal(proxy?.restartPolicy, "Always");
    assert.equal(pod.metadata.labels?.["sandbox/simulated"], "true");
    const status = pod.status?.initContainerStatuses?.find(({ name }) => name === "istio-proxy");
    assert.ok(status?.state.running !== undefined && status.ready);
  });

  it("lets the gateway chart come up, with the address of its Service", async () => {
    await makeNamespace(cluster.kube, "istio-ingress");
    await upgrade("istio-ingressgateway", "gateway", "istio-ingress", {
      "service.annotations": {
        "service.beta.kubernetes.io/azure-pip-name": "gateway",
        "service.beta.kubernetes.io/azure-load-balancer-resource-group": "network",
      },
    });
    const [pod] = (await cluster.kube.list({
      apiVersion: "v1",
      kind: "Pod",
      namespace: "istio-ingress",
    })) as Pod[];
    assert.match(pod?.spec.containers[0]?.image ?? "", /\/proxyv2:/, "the webhook put the proxy's image in");
    const service = await cluster.kube.get({
      apiVersion: "v1",
      kind: "Service",
      namespace: "istio-ingress",
      name: "istio-ingressgateway",
    });
    assert.match(JSON.stringify(service?.["status"]), /127\.9\.1\.1/);
  });

  it("takes a new intermediate up without a restart", async () => {
    const [before] = await istiodPods();
    await cluster.kube.patch(
      { apiVersion: "v1", kind: "Secret", namespace: SYSTEM, name: "cacerts" },
      { stringData: await makeCacerts(root, "second intermediate") },
    );
    await eventually("certificate by the second intermediate", 120_000, async () =>
      (await shownNames().catch((): string[] => [])).includes("second intermediate") ? true : undefined,
    );
    const [after] = await istiodPods();
    assert.equal(after?.metadata.uid, before?.metadata.uid);
    assert.equal(after?.status?.containerStatuses?.[0]?.restartCount, 0);
  });

  it("is replaced by an upgrade while the webhooks go on answering", async () => {
    const [before] = await istiodPods();
    const upgradeDone = new AbortController();
    const upgrading = upgrade("istiod", "istiod", SYSTEM, {
      ...istiodValues(),
      "global.logging.level": "default:warn",
    }).finally(() => {
      upgradeDone.abort();
    });
    let [denied, interrupted] = [0, 0];
    while (!upgradeDone.signal.aborted) {
      await assert.rejects(cluster.kube.create(virtualService(-1)), ({ message }: Error) => {
        if (message.includes("denied the request")) denied += 1;
        // As on any cluster, the API server may be calling the old pod at the moment in which that one ends.
        else if (message.includes("failed calling webhook")) interrupted += 1;
        else assert.fail(message);
        return true;
      });
      await sleep(50);
    }
    await upgrading;
    assert.ok(denied > 3 && interrupted <= 2, `${denied} denied, ${interrupted} interrupted`);
    await eventually("end of the first pod", 120_000, async () => {
      const pods = await istiodPods();
      return pods.length === 1 && pods[0]?.metadata.uid !== before?.metadata.uid ? true : undefined;
    });
  });

  it("keeps tokens and keys out of its logs", () => {
    const folder = join(cluster.folder, "pod-logs");
    const written = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    assert.ok(written.some((text) => text.includes("Pilot") || text.includes("istiod")));
    for (const text of [...written, cluster.logs.join("\n")]) {
      assert.ok(!text.includes("PRIVATE KEY"));
      assert.ok(!/eyJ[\w-]{20,}\./.test(text), "a token stands in a log");
      assert.ok(!text.includes(cluster.access.operatorToken));
    }
  });
});
