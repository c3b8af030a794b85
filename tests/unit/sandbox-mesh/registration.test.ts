import assert from "node:assert/strict";
import { KubeError, type KubeClient } from "../../../sandbox/kube";
import { Registration } from "../../../sandbox/node/mesh/registration";
import { podOf } from "../sandbox-node/support";

const PLACE = { address: "127.1.3.4", region: "eastus", zone: "eastus-1" };

/** A cluster that takes down what is written to it; each fault fails one request. */
function cluster(faults: Error[] = []) {
  const writes: string[] = [];
  const answer = (word: string): Promise<unknown> => {
    const fault = faults.shift();
    if (fault !== undefined) return Promise.reject(fault);
    writes.push(word);
    return Promise.resolve({});
  };
  const kube = { apply: () => answer("apply"), delete: () => answer("delete") } as unknown as KubeClient;
  return { kube, writes };
}

describe("the registration of a pod, kept up", () => {
  it("is written when the pod becomes ready, and taken back when it ends", async () => {
    const { kube, writes } = cluster();
    const registration = new Registration(kube, podOf(), PLACE, () => undefined);
    registration.set(true);
    registration.set(true);
    assert.equal(registration.isReady, true);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await registration.end();
    assert.deepEqual(writes, ["apply", "delete"]);
  });

  it("asks nothing for a pod that never was ready", async () => {
    const { kube, writes } = cluster();
    await new Registration(kube, podOf(), PLACE, () => undefined).end();
    assert.deepEqual(writes, []);
  });

  it("is tried again when istiod does not answer", async () => {
    const lines: string[] = [];
    const { kube, writes } = cluster([new Error("failed calling webhook")]);
    const registration = new Registration(kube, podOf(), PLACE, (line) => lines.push(line));
    registration.set(true);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    assert.deepEqual(writes, ["apply"]);
    assert.match(lines.join(), /registration of pod pod: .*webhook/);
  });

  it("takes one that is gone already for removed", async () => {
    const gone = new KubeError("not found", 404, "NotFound");
    const { kube, writes } = cluster();
    const registration = new Registration(kube, podOf(), PLACE, () => assert.fail("nothing is wrong"));
    registration.set(true);
    await new Promise((resolve) => setTimeout(resolve, 5));
    (kube as { delete: unknown }).delete = () => Promise.reject(gone);
    await registration.end();
    assert.deepEqual(writes, ["apply"]);
  });

  it("is written anew when the labels of the pod change, and only then", async () => {
    const { kube, writes } = cluster();
    const registration = new Registration(kube, podOf(), PLACE, () => undefined);
    const written = () => new Promise((resolve) => setTimeout(resolve, 5));
    registration.set(true);
    await written();
    registration.update(podOf());
    await written();
    assert.deepEqual(writes, ["apply"]);
    registration.update(podOf({}, { labels: { version: "v2" } }));
    await written();
    assert.deepEqual(writes, ["apply", "apply"]);
  });

  it("is not written for a pod that changes while it is not ready", async () => {
    const { kube, writes } = cluster();
    const registration = new Registration(kube, podOf(), PLACE, () => undefined);
    registration.update(podOf({}, { labels: { version: "v2" } }));
    await registration.end();
    assert.deepEqual(writes, []);
  });

  it("does not come back once the pod ends, whatever its containers say", async () => {
    const { kube, writes } = cluster();
    const registration = new Registration(kube, podOf(), PLACE, () => undefined);
    registration.set(true);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const ended = registration.end();
    registration.set(true);
    await ended;
    assert.deepEqual(writes, ["apply", "delete"]);
    assert.equal(registration.isReady, false);
  });
});
