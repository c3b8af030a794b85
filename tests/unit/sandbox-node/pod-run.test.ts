import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubeClient, KubeObject } from "../../../sandbox/kube";
import type { EventRecorder } from "../../../sandbox/node/events";
import type { PodHost } from "../../../sandbox/node/pod-host";
import { PodRun } from "../../../sandbox/node/pod-run";
import type { Pod } from "../../../sandbox/node/types";
import { FakeProcesses, gate, settled } from "./fakes";
import { containerOf, podOf } from "./support";

const POD = podOf({
  initContainers: [containerOf({ name: "sidecar", restartPolicy: "Always" })],
  containers: [containerOf()],
});

const realNow = Date.now.bind(Date);

describe("a pod that is run as processes", () => {
  let folder: string;
  let processes: FakeProcesses;
  let lines: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "global-mesh-pod-"));
    processes = new FakeProcesses();
    lines = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const runOf = (more: Partial<PodHost> = {}, pod: Pod = POD) =>
    new PodRun(pod, {
      kube: { patchStatus: () => Promise.resolve({}) } as unknown as KubeClient,
      registry: processes.registry,
      events: { record: () => Promise.resolve() } as unknown as EventRecorder,
      region: "eastus",
      folder: join(folder, "pods"),
      logFolder: folder,
      server: "https://127.0.0.1:6443",
      addresses: { hostIP: "10.1.0.1" },
      podIP: "10.1.3.1",
      address: "127.1.3.1",
      runner: ({ image }) => ({
        image,
        claims: () => true,
        command: () => ({ command: "true", args: [], env: {} }),
      }),
      prepare: () => Promise.resolve(undefined),
      drain: () => Promise.resolve(),
      onReady: () => undefined,
      log: (line) => void lines.push(line),
      ...more,
    });

  it("says what is wrong with a sidecar, which nobody waits for", async () => {
    const pod = runOf({
      onReady: () => {
        if (lines.length === 0 && processes.running.size > 0) throw new Error("cannot be shown");
      },
    });
    const run = pod.run();
    while (lines.length === 0) await settled();
    assert.deepEqual(lines, ["sidecar sidecar: Error: cannot be shown"]);
    await pod.end(0, false);
    assert.equal(await run, false);
    assert.deepEqual([...processes.running], []);
  });

  it("leaves no files, whatever a start that was under way still wrote", async () => {
    const { opened, open } = gate();
    let written = "";
    const pod = runOf({
      prepare: async (_container, root) => {
        await opened;
        mkdirSync(root, { recursive: true });
        written = root;
        return undefined;
      },
    });
    const run = pod.run();
    await settled();
    const ended = pod.end(0, false);
    assert.equal(await run, false);
    await settled();
    open();
    await ended;
    assert.deepEqual([written === "", existsSync(written)], [false, false]);
    assert.deepEqual(processes.started, []);
  });

  it("leaves no files, whatever was still read for its volumes", async () => {
    const { opened, open } = gate();
    const read = async (): Promise<KubeObject> => {
      await opened;
      return { apiVersion: "v1", kind: "Secret", metadata: { name: "keys" }, data: { key: "YQ==" } };
    };
    const kube = { get: read, patchStatus: () => Promise.resolve({}) } as unknown as KubeClient;
    const volumes = [{ name: "keys", secret: { secretName: "keys" } }];
    const containers = [containerOf({ volumeMounts: [{ name: "keys", mountPath: "/keys" }] })];
    const pod = runOf({ kube }, podOf({ containers, volumes }));
    const run = pod.run();
    await settled();
    const ended = pod.end(0, false);
    await settled();
    open();
    await Promise.all([ended, run]);
    assert.deepEqual(readdirSync(join(folder, "pods")), []);
  });

  for (const [took, left] of [
    [12_000, 18_000],
    [60_000, 2_000],
  ] as const)
    it(`gives its sidecars ${left} ms of 30 s where its main containers took ${took}`, async () => {
      const { opened, open } = gate();
      processes.mayEnd = opened;
      const pod = runOf();
      const run = pod.run();
      // A sidecar is looked at from time to time.
      while (processes.running.size < 2) await new Promise((resolve) => setTimeout(resolve, 10));
      const now = Date.now();
      try {
        Date.now = () => now;
        const ended = pod.end(30_000, true);
        await settled();
        Date.now = () => now + took;
        open();
        await Promise.all([ended, run]);
      } finally {
        Date.now = realNow;
      }
      assert.deepEqual(processes.graces, [
        ["eastus/shop/pod/main", 30_000],
        ["eastus/shop/pod/sidecar", left],
      ]);
    });
});
