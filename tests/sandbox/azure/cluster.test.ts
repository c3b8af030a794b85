import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeClient } from "../../../sandbox/kube";
import { ProcessRegistry } from "../../../sandbox/processes";
import { AzureBench, toolFolder } from "./support";

interface Report {
  readonly clusters: { name: string; server: string; running: boolean; simulatedPods: number }[];
  readonly deletedClusters: { leftovers: string[]; keptCrds: string[] }[];
}

describe("a ManagedCluster of the ARM stand-in", function () {
  this.timeout(900_000);
  let bench: AzureBench;

  before(async () => {
    bench = new AzureBench(toolFolder());
    await bench.prepare();
    await bench.startDaemon();
    await bench.run("stack", "init", "dev");
    await bench.run("config", "set", "azure-native:location", "eastus");
    await bench.run("config", "set", "cluster", "true");
  });
  after(() => bench.remove());

  const report = async () => (await bench.admin("GET", "report")).body as Report;
  const token = () => readFileSync(bench.home.operatorTokenFile, "utf8").trim();

  /** A client by the kubeconfig that the program got, with the token that kubelogin would print. */
  async function client(): Promise<KubeClient> {
    const { kubeconfig = "" } = await bench.outputs();
    const read = (field: string) => new RegExp(`${field}: (\\S+)`).exec(kubeconfig)?.[1] ?? "";
    return KubeClient.direct({
      server: read("server"),
      caData: read("certificate-authority-data"),
      token: token(),
    });
  }

  it("comes up with a real API server, a secret kubeconfig and nodes", async () => {
    await bench.run("up", "--yes", "--skip-preview");
    const { kubeconfig = "", version } = await bench.outputs();
    assert.equal(version, "1.35.4");
    assert.match(kubeconfig, /command: kubelogin/);
    assert.ok(!kubeconfig.includes(token()));
    const shown = await bench.run("stack", "output", "kubeconfig");
    assert.match(shown.text, /\[secret\]/);
    const kube = await client();
    const nodes = await kube.list({ apiVersion: "v1", kind: "Node" });
    assert.equal(nodes.length, 2);
    assert.deepEqual(
      (await report()).clusters.map(({ name, running }) => [name, running]),
      [["small-cluster", true]],
    );
  });

  it("shows the pool of its own after a refresh, as Azure does, and one update settles it", async () => {
    await bench.run("up", "--yes", "--skip-preview", "--expect-no-changes");
    assert.deepEqual(await bench.planned("--refresh"), { cluster: "update" });
    await bench.run("config", "set", "tag", "two");
    await bench.run("up", "--yes", "--skip-preview");
    assert.deepEqual(await bench.planned("--refresh"), {});
  });

  it("is stopped and started for tests, and comes back with the daemon", async () => {
    assert.equal((await bench.admin("POST", "clusters/small-cluster/stop")).status, 200);
    assert.equal((await report()).clusters[0]?.running, false);
    assert.equal((await bench.admin("POST", "clusters/small-cluster/start")).status, 200);
    const kube = await client();
    await kube.create(
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "kept", namespace: "default" } },
      { fieldManager: "test" },
    );
    await bench.stopDaemon("SIGINT");
    assert.deepEqual(ProcessRegistry.alive(bench.home.processes), []);
    await bench.startDaemon();
    const found = await (
      await client()
    ).get({ apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "kept" });
    assert.equal(found?.metadata.name, "kept");
  });

  it("is asked what bears our labels before it goes: the planted object is found, what Helm keeps is named", async () => {
    const kube = await client();
    const labels = { "app.kubernetes.io/part-of": "global-mesh" };
    await kube.create(
      { apiVersion: "v1", kind: "Secret", metadata: { name: "planted", namespace: "default", labels } },
      { fieldManager: "test" },
    );
    const owner = await kube.create(
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "owner", namespace: "default", labels } },
      { fieldManager: "test" },
    );
    await kube.create(
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: {
          name: "owned",
          namespace: "default",
          labels,
          ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: owner.metadata.uid }],
        },
      },
      { fieldManager: "test" },
    );
    await kube.create(
      {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: {
          name: "things.example.com",
          labels: { "app.kubernetes.io/managed-by": "Helm" },
          annotations: { "helm.sh/resource-policy": "keep" },
        },
        spec: {
          group: "example.com",
          scope: "Namespaced",
          names: { plural: "things", singular: "thing", kind: "Thing" },
          versions: [
            { name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } },
          ],
        },
      },
      { fieldManager: "test" },
    );
    await bench.run("destroy", "--yes", "--skip-preview");
    const [deleted] = (await report()).deletedClusters;
    assert.deepEqual(deleted?.leftovers, ["ConfigMap default/owner", "Secret default/planted"]);
    assert.deepEqual(deleted.keptCrds, ["things.example.com"]);
    assert.deepEqual((await report()).clusters, []);
    const names = ProcessRegistry.alive(bench.home.processes).map((record) => record.name);
    assert.deepEqual(names, ["daemon"]);
  });

  it("is not left behind when the sandbox's home vanishes", async () => {
    await bench.run("up", "--yes", "--skip-preview");
    const records = ProcessRegistry.alive(bench.home.processes);
    assert.ok(records.length >= 4);
    bench.vanish();
    const end = Date.now() + 120_000;
    const running = () => records.filter((record) => isRunning(record.pid));
    while (running().length > 0 && Date.now() < end) await sleep(200);
    assert.deepEqual(
      running().map((record) => record.name),
      [],
    );
  });
});

/** Zombies have ended; only their parent has not looked yet. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z /s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
