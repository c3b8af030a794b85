import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { withLock } from "../../../sandbox/processes/mutex";

describe("processes: lock", () => {
  const name = `test ${process.pid}`;

  it("lets one in at a time", async () => {
    let inside = 0;
    let most = 0;
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        withLock(
          name,
          async () => {
            inside += 1;
            most = Math.max(most, inside);
            await sleep(2);
            inside -= 1;
            return index;
          },
          { pollMs: 1 },
        ),
      ),
    );
    assert.equal(most, 1);
    assert.deepEqual(results, [0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("is free again after a failure", async () => {
    await assert.rejects(
      withLock(name, () => Promise.reject(new Error("broken"))),
      /broken/,
    );
    assert.equal(await withLock(name, () => Promise.resolve("in")), "in");
  });

  it("says once that it waits, and gives up when told to", async () => {
    const controller = new AbortController();
    let waits = 0;
    await withLock(name, async () => {
      const second = withLock(name, () => Promise.resolve(), {
        pollMs: 1,
        signal: controller.signal,
        onWait: () => (waits += 1),
      });
      await sleep(10);
      controller.abort();
      await assert.rejects(second, { name: "AbortError" });
    });
    assert.equal(waits, 1);
  });
});
