import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { regionAddresses } from "../../../sandbox/addresses";
import type { FollowOptions, KubeClient } from "../../../sandbox/kube";
import { DataPlane } from "../../../sandbox/node/mesh/data-plane";
import { ProxyPlaces } from "../../../sandbox/node/mesh/places";
import { podOf } from "../sandbox-node/support";
import { settled } from "../sandbox-node/fakes";

/** In no block that a sandbox can have: nothing of one that stands is touched. */
const ADDRESS = "127.120.3.1";

describe("the data plane of a region", () => {
  it("tries no longer to take registrations back once it has stopped", async () => {
    let isDown = false;
    const asked: number[] = [];
    const write = (): Promise<unknown> => {
      asked.push(Date.now());
      return isDown ? Promise.reject(new Error("connect ECONNREFUSED")) : Promise.resolve({});
    };
    const kube = {
      list: () => Promise.resolve([]),
      follow: (_path: string, o: FollowOptions) => Promise.resolve(o.onSync([])),
      apply: write,
      delete: write,
    } as unknown as KubeClient;
    const plane = new DataPlane({
      kube,
      runners: [],
      nodes: [],
      region: "eastus",
      istiod: regionAddresses(9, 0).istiod,
      places: new ProxyPlaces(),
      log: () => undefined,
    });
    await plane.start();
    plane.join(podOf(), ADDRESS);
    plane.ready(podOf(), true);
    await settled();
    assert.deepEqual([asked.length], [1], "registered");
    isDown = true;
    plane.ready(podOf(), false);
    await plane.stop();
    const before = asked.length;
    assert.ok(before > 1, "tried");
    await sleep(1_500);
    assert.equal(asked.length, before);
  });
});
