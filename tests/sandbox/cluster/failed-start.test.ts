import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { COMPONENTS, ControlPlane } from "../../../sandbox/cluster";
import { ProcessRegistry, isAlive, isPortFree } from "../../../sandbox/processes";
import { firstOutput, prepareBench, type Bench } from "./support";

describe("cluster: starts that fail, and runs that are killed", function () {
  this.timeout(900_000);

  let bench: Bench;

  before(async function () {
    this.timeout(1_800_000);
    bench = await prepareBench();
  });
  after(() => bench.dispose());

  afterEach("nothing is left running", async () => {
    assert.deepEqual(ProcessRegistry.alive(bench.records), []);
    for (const port of bench.ports) assert.ok(await isPortFree({ host: bench.addresses.host, port }));
  });

  it("refuses a Kubernetes version that it is not, and etcd data of another cluster", async () => {
    await assert.rejects(
      ControlPlane.start({ ...bench.spec, kubernetesVersion: "1.34.2" }, bench.registry, () => undefined),
      /kubernetesVersion 1\.34\.2 was asked for, but the sandbox's API server is 1\.35\. Set kubernetesVersion/,
    );
    const file = join(bench.spec.folder, "pki", "data-id");
    const own = readFileSync(file, "utf8");
    writeFileSync(file, "another");
    await assert.rejects(
      ControlPlane.start(bench.spec, bench.registry, () => undefined),
      /eastus-cluster\/etcd answers with the data of another cluster/,
    );
    writeFileSync(file, own);
  });

  it("quotes the log of a server that does not come up, and leaves nothing running", async () => {
    await assert.rejects(
      ControlPlane.start(
        { ...bench.spec, serviceCidr: "10.0.0.0/12", tools: { ...bench.spec.tools, etcd: "/bin/false" } },
        bench.registry,
        () => undefined,
      ),
      /eastus-cluster\/etcd ended with code 1 before it was ready\. Its log is empty\./,
    );
    await assert.rejects(
      ControlPlane.start(
        { ...bench.spec, tools: { ...bench.spec.tools, kubeApiserver: bench.spec.tools.etcd } },
        bench.registry,
        () => undefined,
      ),
      /eastus-cluster\/kube-apiserver ended with .*The end of its log:\n.*(flag|unknown)/s,
    );
  });

  it("leaves nothing when its parent is killed and the next run cleans up", async () => {
    const records = join(bench.home, "killed");
    const root = join(__dirname, "../../..");
    const program = `
      const { ControlPlane } = require(${JSON.stringify(join(root, "sandbox/cluster"))});
      const { ProcessRegistry } = require(${JSON.stringify(join(root, "sandbox/processes"))});
      const { regionAddresses } = require(${JSON.stringify(join(root, "sandbox/addresses"))});
      const spec = { ...${JSON.stringify(bench.spec)}, addresses: regionAddresses(${bench.block}, 0) };
      ControlPlane.start(spec, new ProcessRegistry(${JSON.stringify(records)}), () => {}).then(() => console.log("up"));
    `;
    const run = spawn(process.execPath, ["--import", "tsx", "-e", program], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await firstOutput(run);
    const exited = new Promise((resolve) => run.once("exit", resolve));
    run.kill("SIGKILL");
    await exited;

    const left = ProcessRegistry.alive(records);
    assert.equal(left.length, 3);
    assert.deepEqual(
      (await ProcessRegistry.endRecorded(records)).toSorted(),
      COMPONENTS.map((component) => `eastus-cluster/${component}`).toSorted(),
    );
    assert.deepEqual(left.filter(isAlive), []);
  });

  it("does not start while another program holds a port of it", async () => {
    const server = createServer();
    await new Promise<void>((resolve) =>
      server.listen(bench.addresses.apiServerPort, bench.addresses.host, resolve),
    );
    try {
      await assert.rejects(
        ControlPlane.start(bench.spec, bench.registry, () => undefined),
        new RegExp(`kube-apiserver cannot start: .*:6443 is in use by pid ${process.pid} `),
      );
    } finally {
      server.close();
    }
  });
});
