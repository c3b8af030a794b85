import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { regionAddresses } from "../../../sandbox/addresses";
import type { KubeClient, ObjectRef } from "../../../sandbox/kube";
import type { EventRecorder } from "../../../sandbox/node/events";
import type { DataPlane } from "../../../sandbox/node/mesh/data-plane";
import { PodKeeper } from "../../../sandbox/node/pod-keeper";
import type { Pod, PodStatus } from "../../../sandbox/node/types";
import { FakeProcesses, gate, settled } from "./fakes";
import { containerOf, podOf } from "./support";

const NODE = { name: "eastus-node-1", address: "10.9.2.1", labels: {} };

const pod = (name: string, fields: Partial<Pod["metadata"]> = {}): Pod =>
  podOf(
    { nodeName: NODE.name, containers: [containerOf({ image: "app:1" })] },
    { name, uid: name, ...fields },
  );

describe("the keeper of pods of the data plane", () => {
  let folder: string;
  let processes: FakeProcesses;
  /** What the keeper did, in order. */
  let done: string[];
  let patches: (readonly [string, unknown])[];
  let statuses: (readonly [string, PodStatus])[];
  let refused: string[];
  /** How often a place for a proxy was asked for. */
  let asked: number;
  let keeper: PodKeeper;

  beforeEach(() => {
    asked = 0;
    folder = mkdtempSync(join(tmpdir(), "global-mesh-keeper-"));
    processes = new FakeProcesses();
    [done, patches, statuses, refused] = [[], [], [], []];
    const admits = ({ metadata }: Pod): boolean => {
      asked += 1;
      return !refused.includes(metadata.name);
    };
    const dataPlane = {
      admission: { claims: () => true, admits },
      join: (_pod: Pod, address: string) => void done.push(`joined at ${address}`),
      prepare: () => Promise.resolve(undefined),
      update: () => undefined,
      leave: ({ metadata }: Pod) => Promise.resolve(void done.push(`${metadata.name} left`)),
    } as unknown as DataPlane;
    keeper = new PodKeeper({
      kube: {
        patch: (ref: ObjectRef, patch: unknown) => Promise.resolve(void patches.push([ref.name, patch])),
        patchStatus: (ref: ObjectRef, patch: { readonly status: PodStatus }) =>
          Promise.resolve(void statuses.push([ref.name, patch.status])),
      } as unknown as KubeClient,
      registry: processes.registry,
      events: { record: () => Promise.resolve() } as unknown as EventRecorder,
      addresses: regionAddresses(9, 0),
      region: "eastus",
      folder: join(folder, "pods"),
      logFolder: folder,
      server: "https://127.0.0.1:6443",
      runners: [
        {
          image: "app",
          dataPlane: true,
          claims: () => true,
          command: () => ({ command: "true", args: [], env: {} }),
        },
      ],
      nodes: [NODE],
      dataPlane,
      onReady: () => undefined,
      log: (line) => assert.fail(line),
    });
  });
  afterEach(async () => {
    await keeper.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("gives the address of a pod that was deleted by force to another when its processes have ended", async () => {
    const { opened, open } = gate();
    processes.mayEnd = opened;
    keeper.take(pod("one"));
    await settled();
    assert.deepEqual([...processes.running], ["eastus/shop/one/main"]);
    keeper.gone(pod("one"));
    await settled();
    keeper.take(pod("two"));
    open();
    await settled();
    keeper.take(pod("three"));
    assert.deepEqual(done, ["joined at 127.9.3.1", "joined at 127.9.3.2", "one left", "joined at 127.9.3.1"]);
  });

  it("takes the label and the address off a pod that was simulated before", async () => {
    const before = pod("one", { labels: { "sandbox/simulated": "true" } });
    keeper.take({ ...before, status: { podIP: "10.9.3.7", podIPs: [{ ip: "10.9.3.7" }] } });
    await settled();
    assert.deepEqual(patches, [["one", { metadata: { uid: "one", labels: { "sandbox/simulated": null } } }]]);
    assert.ok(statuses.length > 0);
    for (const [, { podIP, podIPs }] of statuses) assert.deepEqual([podIP, podIPs], [null, null]);
  });

  it("leaves a pod without the label alone, and one without a place without an address", async () => {
    refused = ["two"];
    keeper.take(pod("one"));
    await settled();
    assert.deepEqual(patches, []);
    statuses = [];
    const ready = [{ type: "Ready", status: "True" }];
    keeper.take({
      ...pod("two", { labels: { "sandbox/simulated": "true" } }),
      status: { podIP: "10.9.3.8", conditions: ready } as unknown as PodStatus,
    });
    await settled();
    assert.deepEqual(
      statuses.map(([name, { podIP }]) => [name, podIP]),
      [["two", null]],
    );
  });

  it("lets a pod that nobody would replace wait for its place, and then runs it", async () => {
    refused = ["one"];
    keeper.take(pod("one"));
    await settled();
    assert.deepEqual([done, patches, statuses], [[], [], []]);
    refused = [];
    keeper.retry();
    await settled();
    assert.deepEqual(done, ["joined at 127.9.3.1"]);
  });

  it("asks for no place when it counts, nor for a pod that it runs already", async () => {
    refused = ["two"];
    keeper.take(pod("one"));
    keeper.take(pod("two"));
    await settled();
    const before = asked;
    assert.equal(keeper.simulated(), 1);
    keeper.take(pod("one"));
    assert.equal(asked, before);
  });
});
