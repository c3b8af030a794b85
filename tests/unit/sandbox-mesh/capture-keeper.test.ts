import assert from "node:assert/strict";
import { KubeError, type KubeObject } from "../../../sandbox/kube";
import { captureFilter } from "../../../sandbox/node/mesh/capture";
import { CaptureKeeper } from "../../../sandbox/node/mesh/capture-keeper";

const [ODD, ODDER] = [9_443, 9_444];

/** A cluster that holds the object; each fault fails one write, and each gate keeps one waiting. */
function cluster(o: { readonly faults?: Error[]; readonly gates?: Promise<void>[] } = {}) {
  let kept: KubeObject | undefined;
  let writes = 0;
  const keeper = new CaptureKeeper({
    get: () => Promise.resolve(structuredClone(kept)),
    apply: async (object) => {
      writes += 1;
      await o.gates?.shift();
      const fault = o.faults?.shift();
      if (fault !== undefined) throw fault;
      kept = structuredClone(object);
      return object;
    },
  });
  return {
    keeper,
    remove: () => (kept = undefined),
    get writes() {
      return writes;
    },
    has: (port: number) => JSON.stringify(kept).includes(`gateway-${port}`),
    get kept() {
      return kept;
    },
  };
}

describe("the object by which proxies take connections on sockets", () => {
  it("is written once, and again when somebody has removed it", async () => {
    const one = cluster();
    await one.keeper.ensure();
    await one.keeper.ensure();
    assert.equal(one.writes, 1);
    one.remove();
    await one.keeper.ensure();
    assert.deepEqual(
      one.kept?.["spec"],
      captureFilter([80, 443, 8080, 8443, 15012, 15017, 15443, 31400])["spec"],
    );
  });

  it("has the newest ports at last, however long an earlier write takes", async () => {
    let open: () => void = () => undefined;
    const one = cluster({ gates: [new Promise((resolve) => (open = resolve))] });
    const first = one.keeper.ensure([ODD]);
    await new Promise(setImmediate);
    const second = one.keeper.ensure([ODDER]);
    await new Promise(setImmediate);
    assert.equal(one.writes, 1, "one at a time");
    open();
    await Promise.all([first, second]);
    assert.deepEqual([one.has(ODD), one.has(ODDER)], [true, true]);
  });

  it("is tried again after a failure, which who asked for it hears of", async () => {
    const one = cluster({ faults: [new Error("failed calling webhook")] });
    await assert.rejects(one.keeper.ensure([ODD]), /webhook/);
    await one.keeper.ensure();
    assert.equal(one.has(ODD), true);
  });

  it("is left out where the cluster does not know its kind", async () => {
    const one = cluster({ faults: [new KubeError("no such kind", 404, "NotFound")] });
    await one.keeper.ensure();
    assert.equal(one.kept, undefined);
  });
});
