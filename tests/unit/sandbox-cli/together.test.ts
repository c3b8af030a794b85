import assert from "node:assert/strict";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { together } from "../../../cli/sandbox/together";

describe("work in all regions at once", () => {
  const never = new AbortController().signal;

  it("is done for each", async () => {
    const done: string[] = [];
    await together(["eastus", "westeurope"], (region) => Promise.resolve(void done.push(region)), never);
    assert.deepEqual(done, ["eastus", "westeurope"]);
    await together([], () => Promise.reject(new Error("nobody")), never);
  });

  it("ends everywhere by the first failure, which is thrown when all of it has ended", async () => {
    const ended: string[] = [];
    const work = async (region: string, signal: AbortSignal): Promise<void> => {
      if (region === "eastus") throw new Error("eastus is full");
      await once(signal, "abort");
      await sleep(20);
      ended.push(region);
      throw new Error(`${region} was broken off`);
    };
    await assert.rejects(together(["westeurope", "eastus", "asia"], work, never), /eastus is full/);
    assert.deepEqual(ended, ["westeurope", "asia"]);
  });

  it("ends everywhere by its signal", async () => {
    const controller = new AbortController();
    const going = together(
      ["eastus", "westeurope"],
      (_, signal) => sleep(600_000, undefined, { signal }),
      controller.signal,
    );
    controller.abort(new Error("ended by SIGINT"));
    await assert.rejects(going, { name: "AbortError" });
  });
});
