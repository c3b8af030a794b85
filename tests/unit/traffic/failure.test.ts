import assert from "node:assert/strict";
import { Load, stopLoads } from "../../sandbox/traffic/support/load";
import type { TestMesh } from "../../sandbox/traffic/support/mesh";
import { Explained, Requests } from "../../sandbox/traffic/support/requests";
import { settled } from "../../sandbox/traffic/support/settle";

const from = { region: "eastus", workload: "asker" };

/** A mesh whose proxies answer with what they are asked, and whose workloads send to nobody. */
const mesh = {
  in: () => ({
    agent: {
      dataPlane: {
        send: () => Promise.resolve([]),
        beliefs: (workload: string, host: string) => Promise.resolve({ workload, host }),
        inbound: (workload: string) => Promise.resolve({ of: workload }),
      },
    },
  }),
} as unknown as TestMesh;

describe("a traffic test that fails", () => {
  it("says what the proxy of the expectation believed", async () => {
    const failing = new Requests(mesh).expect(from, "shop.global", () => assert.fail("no answer"));
    await assert.rejects(failing, (error) => {
      assert.ok(error instanceof Explained);
      assert.match(error.message, /^no answer\nThe proxy of eastus\/asker believes of shop\.global:\n\{/);
      return true;
    });
  });

  it("can say it outside of an expectation, of the last two that requests were sent by", async () => {
    const requests = new Requests(mesh);
    assert.equal(await requests.lastBeliefs(), "No request was sent.");
    await requests.expectAt(from, () => undefined);
    for (const host of ["a.global", "b.global", "a.global"])
      await requests.send(from, { url: `http://${host}:8080/x` });
    const places = (await requests.lastBeliefs()).match(/^The proxy .*$/gm);
    assert.deepEqual(places, [
      "The proxy of eastus/asker believes of a.global:",
      "The proxy of eastus/asker believes of b.global:",
    ]);
  });

  it("leaves no load behind", async () => {
    let sent = 0;
    const send = () => Promise.resolve((sent += 1)).then(() => []);
    const order = { url: "http://shop.global/" };
    const loads = [Load.start({ send }, from, { order }), Load.start({ send }, from, { order })];
    const broken = Load.start({ send: () => Promise.reject(new Error("gone")) }, from, { order });
    await stopLoads();
    const before = sent;
    await new Promise((resolve) => setTimeout(resolve, 250));
    assert.equal(sent, before);
    for (const load of loads) assert.deepEqual(await load.stop(), []);
    await broken.stop().catch((error: unknown) => assert.match(String(error), /gone/));
  });

  it("waits for the regions beside the one that failed, and tells all that did", async () => {
    let isDone = false;
    const slow = new Promise((resolve) => setTimeout(resolve, 50)).then(() => (isDone = true));
    await assert.rejects(settled([Promise.reject(new Error("eastus")), slow]), { message: "eastus" });
    assert.ok(isDone);
    const both = [Promise.reject(new Error("eastus")), Promise.reject(new Error("westeurope"))];
    await assert.rejects(settled(both), { message: "Error: eastus\nError: westeurope" });
  });
});
