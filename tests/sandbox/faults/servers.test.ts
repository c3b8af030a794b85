import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { regionAddresses } from "../../../sandbox/addresses/layout";
import { KubeClient, type KubeObject } from "../../../sandbox/kube";
import { ProcessRegistry } from "../../../sandbox/processes";
import { AzureBench, toolFolder } from "../azure/support";

interface Health {
  readonly ready: boolean;
  readonly serving: boolean;
  readonly clusters: readonly { name: string; state: string; troubles: readonly string[] }[];
}

const KEPT: KubeObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "kept", namespace: "default" },
};
const SERVERS = ["etcd", "kube-apiserver", "kube-controller-manager"] as const;

describe("servers of a control plane that end by themselves", function () {
  this.timeout(900_000);
  let bench: AzureBench;
  let kube: KubeClient;

  before(async () => {
    bench = new AzureBench(toolFolder());
    await bench.prepare();
    await bench.startDaemon();
    await bench.run("stack", "init", "dev");
    await bench.run("config", "set", "azure-native:location", "eastus");
    await bench.run("config", "set", "cluster", "true");
    await bench.admin("POST", "faults", {
      type: "Microsoft.ContainerService/managedClusters",
      effect: { kind: "operation", status: "Failed", code: "ProvisioningError", message: "no capacity" },
    });
    const failed = await bench.tryRun("up", "--yes", "--skip-preview");
    assert.match(
      failed.text,
      /the operation ended as Failed: Code="ProvisioningError" Message="no capacity"/,
    );
    const state = (await bench.run("stack", "export")).text;
    assert.match(state, /ManagedCluster::cluster/, "a cluster that failed is kept in state");
    await bench.run("up", "--yes", "--skip-preview");
    kube = KubeClient.direct(await access());
    await kube.create(KEPT, { fieldManager: "test" });
  });
  after(async () => {
    (kube as KubeClient | undefined)?.close();
    await bench.remove();
  });

  /** A client by the kubeconfig that the program got, with the token that kubelogin would print. */
  async function access(): Promise<Parameters<typeof KubeClient.direct>[0]> {
    const { kubeconfig = "" } = await bench.outputs();
    const read = (field: string) => new RegExp(`${field}: (\\S+)`).exec(kubeconfig)?.[1] ?? "";
    const token = readFileSync(bench.home.operatorTokenFile, "utf8").trim();
    return { server: read("server"), caData: read("certificate-authority-data"), token };
  }

  const health = async (): Promise<Health> => (await bench.admin("GET", "health")).body as Health;
  const server = (name: string) =>
    ProcessRegistry.alive(bench.home.processes).find((one) => one.name === `small-cluster/${name}`);

  async function eventually(what: string, test: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + 150_000;
    while (!(await test())) {
      if (Date.now() > end) throw new Error(`not after 150 s: ${what}; ${JSON.stringify(await health())}`);
      await sleep(100);
    }
  }

  it("are started again on the same data, and health says the truth meanwhile", async () => {
    assert.equal((await bench.admin("GET", "health")).status, 200);
    const took: string[] = [];
    for (const name of SERVERS) {
      const before = server(name);
      assert.ok(before, name);
      const started = Date.now();
      process.kill(before.pid, "SIGKILL");
      let again = 0;
      await eventually(`health names ${name}`, async () => {
        const { ready, serving, clusters } = await health();
        if (!ready && serving && clusters[0]?.troubles.some((one) => one.startsWith(`${name} is `)) === true)
          return true;
        // etcd is back within half a second: a look may come too late once.
        const now = server(name);
        if (ready && now !== undefined && now.pid !== before.pid && again++ === 0)
          process.kill(now.pid, "SIGKILL");
        return false;
      });
      await eventually(`${name} runs again`, async () => (await health()).ready);
      assert.notEqual(server(name)?.pid, before.pid);
      took.push(`${name} ${((Date.now() - started) / 1000).toFixed(1)} s`);
      assert.equal((await kube.get({ ...KEPT, name: "kept", namespace: "default" }))?.metadata.name, "kept");
    }
    console.log(`      back after SIGKILL: ${took.join(", ")}`);
    const log = readFileSync(path.join(bench.home.logs, "sandbox.log"), "utf8");
    assert.match(log, /kube-apiserver ended by itself \(SIGKILL\)/);
    assert.match(log, /kube-apiserver was started again/);
  });

  it("all at once come back too", async () => {
    for (const name of SERVERS) process.kill(server(name)?.pid ?? 0, "SIGKILL");
    await eventually("health sees it", async () => !(await health()).ready);
    await eventually("all run again", async () => (await health()).ready);
    assert.ok(await kube.get({ ...KEPT, name: "kept", namespace: "default" }));
  });

  it("that do not start with the daemon are named, and started by name once they can", async () => {
    await bench.stopDaemon();
    const block = bench.home.identity()?.block ?? 0;
    const { host, apiServerPort } = regionAddresses(block, 0);
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(apiServerPort, host, resolve));
    try {
      await bench.startDaemon();
      const { ready, serving, clusters } = await health();
      assert.deepEqual({ ready, serving }, { ready: false, serving: true });
      assert.equal(clusters[0]?.name, "small-cluster");
      assert.equal(clusters[0].state, "failed");
      assert.match(clusters[0].troubles[0] ?? "", /kube-apiserver cannot start: .*6443 is in use by pid/);
      const failed = await bench.tryRun("up", "--yes", "--skip-preview");
      assert.notEqual(failed.code, 0);
      assert.match(failed.text, /ServiceUnavailable|does not run/);
    } finally {
      await new Promise((resolve) => taken.close(resolve));
    }
    assert.equal((await bench.admin("POST", "clusters/small-cluster/start")).status, 200);
    assert.equal((await health()).ready, true);
    assert.ok(await kube.get({ ...KEPT, name: "kept", namespace: "default" }));
    // Its credentials are handed out again, so the program goes on.
    await bench.run("up", "--yes", "--skip-preview");
    console.log("      failed at the daemon's start, started by name: lost 0");
  });
});
