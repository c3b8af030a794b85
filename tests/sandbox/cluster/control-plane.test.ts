import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { COMPONENTS, ControlPlane } from "../../../sandbox/cluster";
import { ProcessRegistry, isPortFree } from "../../../sandbox/processes";
import { FQDN, TOKEN, ask, eventually, prepareBench, type Bench } from "./support";

describe("cluster: a real control plane", function () {
  this.timeout(900_000);

  let bench: Bench;
  let controlPlane: ControlPlane;
  const log: string[] = [];

  before(async function () {
    this.timeout(1_800_000);
    bench = await prepareBench();
    controlPlane = await ControlPlane.start(bench.spec, bench.registry, (line) => log.push(line));
  });
  after(() => bench.dispose());

  const operator = (o: Omit<Parameters<typeof ask>[1], "token">) =>
    ask(controlPlane.access, { ...o, token: TOKEN });

  it("serves the operator, as the version that it is, under the name that it has in the cloud", async () => {
    const { status, body } = await operator({ path: "/version", servername: FQDN });
    assert.equal(status, 200);
    assert.equal(body["gitVersion"], "v1.35.4");
    const review = await operator({
      path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      method: "POST",
      body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
    });
    assert.deepEqual(review.body["status"], {
      userInfo: { username: "operator", uid: "operator", groups: ["system:masters", "system:authenticated"] },
    });
  });

  it("lets nobody else in, except to ask whether it is well", async () => {
    assert.equal((await ask(controlPlane.access, { path: "/readyz" })).status, 200);
    for (const path of ["/version", "/api", "/api/v1/secrets", "/metrics"]) {
      assert.equal((await ask(controlPlane.access, { path })).status, 401, path);
      assert.equal((await ask(controlPlane.access, { path, token: "guessed" })).status, 401, path);
    }
  });

  it("has a controller manager at work: the namespace gets its service account and the cluster's CA", async () => {
    await operator({
      path: "/api/v1/namespaces",
      method: "POST",
      body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } },
    });
    const base = "/api/v1/namespaces/istio-system";
    await eventually(async () => {
      assert.equal((await operator({ path: `${base}/serviceaccounts/default` })).status, 200);
      const root = await operator({ path: `${base}/configmaps/kube-root-ca.crt` });
      const data = root.body["data"] as Record<string, string> | undefined;
      assert.equal(data?.["ca.crt"], Buffer.from(controlPlane.access.caData, "base64").toString("utf8"));
    });
  });

  it("keeps etcd from everybody without the cluster's own certificate", async () => {
    const { host, etcdClientPort } = bench.addresses;
    const ca = readFileSync(join(bench.spec.folder, "pki", "etcd-ca.crt"));
    const call = (cert: object): Promise<number> =>
      new Promise((resolve, reject) => {
        const sent = request(
          { host, port: etcdClientPort, path: "/health", ca, agent: false, ...cert },
          (answer) => {
            answer.resume();
            resolve(answer.statusCode ?? 0);
          },
        );
        sent.on("error", reject);
        sent.end();
      });
    await assert.rejects(call({}), /certificate required|ECONNRESET|socket hang up/);
    const read = (name: string): Buffer => readFileSync(join(bench.spec.folder, "pki", name));
    // The API server's certificate is another authority's.
    await assert.rejects(call({ cert: read("server.crt"), key: read("server.key") }));
    assert.equal(await call({ cert: read("etcd.crt"), key: read("etcd.key") }), 200);
  });

  it("keeps its logs and keys private and its token out of logs and arguments", () => {
    for (const component of COMPONENTS) {
      const file = join(bench.spec.folder, "logs", `eastus-cluster-${component}.log`);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.ok(!readFileSync(file, "utf8").includes(TOKEN), component);
      const pid = controlPlane.process(component)?.pid ?? 0;
      assert.ok(!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(TOKEN), component);
    }
    assert.equal(statSync(join(bench.spec.folder, "etcd")).mode & 0o777, 0o700);
  });

  it("refuses to start where somebody else listens, and says who", async () => {
    const other = { ...bench.spec, name: "other-cluster", folder: join(bench.home, "clusters", "other") };
    await assert.rejects(
      ControlPlane.start(other, bench.registry, () => undefined),
      new RegExp(
        `other-cluster/etcd cannot start: ${bench.addresses.host}:2379 is in use by pid \\d+ \\(etcd\\)`,
      ),
    );
  });

  it("stops in order and starts again with its data, its CA and its tokens", async () => {
    const before = controlPlane.access;
    const token = await serviceAccountToken();
    await controlPlane.stop();
    assert.deepEqual(ProcessRegistry.alive(bench.records), []);
    for (const port of bench.ports) {
      assert.ok(await isPortFree({ host: bench.addresses.host, port }));
    }
    controlPlane = await ControlPlane.start(bench.spec, bench.registry, (line) => log.push(line));
    assert.deepEqual(controlPlane.access, before);
    assert.equal((await operator({ path: "/api/v1/namespaces/istio-system" })).status, 200);
    const review = await ask(before, {
      path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      method: "POST",
      token,
      body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
    });
    assert.equal(review.status, 201);
  });

  it("restarts a single server, and reports one that ended by itself", async () => {
    await controlPlane.stopComponent("kube-apiserver");
    await assert.rejects(operator({ path: "/version" }), /ECONNREFUSED/);
    await controlPlane.startComponent("kube-apiserver");
    assert.equal((await operator({ path: "/version" })).status, 200);

    log.length = 0;
    const manager = controlPlane.process("kube-controller-manager");
    manager?.kill("SIGKILL");
    await manager?.exited;
    await eventually(() => {
      assert.deepEqual(log, ["eastus-cluster/kube-controller-manager ended by itself (SIGKILL)"]);
      return Promise.resolve();
    });
    assert.equal(controlPlane.process("kube-controller-manager"), undefined);
    await controlPlane.startComponent("kube-controller-manager");
  });

  async function serviceAccountToken(): Promise<string> {
    const { body } = await operator({
      path: "/api/v1/namespaces/istio-system/serviceaccounts/default/token",
      method: "POST",
      body: {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: { expirationSeconds: 3600 },
      },
    });
    return (body["status"] as { token: string }).token;
  }
});
