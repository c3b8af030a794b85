import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Answer, Request } from "../../../sandbox/arm";
import type { LocalClusters } from "../../../sandbox/daemon/clusters";
import { existingDoor, ExistingClusters } from "../../../sandbox/daemon/existing";

const CLUSTER = { name: "westeurope-cluster", region: "westeurope", kubernetesVersion: "1.35.0" };
const ID = "existing/westeurope-cluster";

/** Clusters without processes; each call is noted. */
function fakeClusters(o: { readonly running?: boolean } = {}) {
  const calls: string[] = [];
  const clusters = {
    boot: ({ id }: { id: string }) => {
      calls.push(`boot ${id}`);
      return Promise.resolve({ server: "https://127.9.1.1:6443", caData: "Q0E=", operatorToken: "secret" });
    },
    leftovers: (id: string) => {
      calls.push(`leftovers ${id}`);
      return o.running === false
        ? Promise.reject(new Error("the cluster does not run"))
        : Promise.resolve({ leftovers: ["Secret a/b"], keptCrds: ["c.istio.io"] });
    },
    istiodConfigMaps: () => Promise.resolve(["default/istio-ca-root-cert"]),
    remove: (id: string) => {
      calls.push(`remove ${id}`);
      return Promise.resolve();
    },
  } as unknown as LocalClusters;
  return { clusters, calls };
}

describe("clusters that no ARM resource stands for", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "existing-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = (clusters: LocalClusters) =>
    new ExistingClusters(clusters, path.join(folder, "existing.json"));
  const ask = (existing: ExistingClusters, method: string, at: string, body?: unknown) => {
    const request: Request = { method, path: at, body, query: new URLSearchParams() };
    const inner = (): Promise<Answer> =>
      Promise.resolve({ status: 200, body: { clusters: [], deletedClusters: [{ name: "eastus-cluster" }] } });
    return existingDoor(existing, inner)(request);
  };

  it("start by the side door, which hands out no credential", async () => {
    const { clusters, calls } = fakeClusters();
    const answer = await ask(open(clusters), "POST", "/sandbox/existing", CLUSTER);
    assert.deepEqual(answer, { status: 200, body: { server: "https://127.9.1.1:6443", caData: "Q0E=" } });
    assert.deepEqual(calls, [`boot ${ID}`]);
  });

  it("stand again after a restart of the daemon, each once", async () => {
    const before = open(fakeClusters().clusters);
    await before.start(CLUSTER);
    await before.start(CLUSTER);
    const { clusters, calls } = fakeClusters();
    await open(clusters).resume(() => undefined);
    assert.deepEqual(calls, [`boot ${ID}`]);
  });

  it("are asked what is left before they go, and the report keeps the answer", async () => {
    const { clusters, calls } = fakeClusters();
    const existing = open(clusters);
    await existing.start(CLUSTER);
    assert.deepEqual(await existing.removeAll("eastus"), []);
    const answer = await ask(existing, "DELETE", "/sandbox/existing");
    assert.deepEqual(calls, [`boot ${ID}`, `leftovers ${ID}`, `remove ${ID}`]);
    const removed = {
      name: CLUSTER.name,
      location: "westeurope",
      leftovers: ["Secret a/b"],
      keptCrds: ["c.istio.io"],
      keptConfigMaps: ["default/istio-ca-root-cert"],
    };
    assert.deepEqual(answer?.body, { removed: [removed] });
    const report = await ask(open(clusters), "GET", "/sandbox/report");
    assert.deepEqual(report?.body, {
      clusters: [],
      deletedClusters: [{ name: "eastus-cluster" }, removed],
    });
    assert.deepEqual((await ask(existing, "DELETE", "/sandbox/existing"))?.body, { removed: [] });
  });

  it("that nobody could ask are gone all the same, and it is said", async () => {
    const existing = open(fakeClusters({ running: false }).clusters);
    await existing.start(CLUSTER);
    const [removed] = await existing.removeAll();
    assert.equal(removed?.unasked, "the cluster does not run");
  });

  it("need all three of their facts", async () => {
    const existing = open(fakeClusters().clusters);
    for (const body of [undefined, {}, { ...CLUSTER, name: "../up" }, { ...CLUSTER, region: 1 }]) {
      await assert.rejects(() => ask(existing, "POST", "/sandbox/existing", body), /needs name, region and/);
    }
  });
});
