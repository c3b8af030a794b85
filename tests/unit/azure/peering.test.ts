import assert from "node:assert/strict";
import { isHeld, networkOf } from "../../../azure";

describe("a side of a peering", () => {
  const table: readonly [own: string | undefined, other: string | undefined, held: boolean][] = [
    [undefined, undefined, false],
    [undefined, "Initiated", false],
    [undefined, "Disconnected", true],
    ["Initiated", undefined, false],
    ["Initiated", "Disconnected", false],
    ["Connected", "Connected", false],
    ["Disconnected", undefined, true],
    ["Disconnected", "Initiated", true],
    ["Disconnected", "Disconnected", true],
  ];
  for (const [own, other, held] of table) {
    it(`that is ${own ?? "missing"} against one that is ${other ?? "missing"} ${held ? "waits" : "is made or kept"}`, () => {
      assert.equal(isHeld(own, other), held);
    });
  }

  /** A model of Azure: what an update of one region does to both sides, as the rules of the service have it. */
  it("heals from every pair of states in two rounds of updates, in any order, and never asks what Azure refuses", () => {
    const states = [undefined, "Initiated", "Disconnected"] as const;
    for (const a of states) {
      for (const b of states) {
        // Both may not be there at once without being Connected, but for two that are lost.
        for (const order of [
          [0, 1],
          [1, 0],
        ] as const) {
          const sides: (string | undefined)[] = [a, b];
          if (a === "Initiated" && b !== undefined) continue;
          if (b === "Initiated" && a !== undefined) continue;
          for (const self of [...order, ...order]) update(sides, self);
          assert.deepEqual(sides, ["Connected", "Connected"], `${a ?? "-"} ${b ?? "-"} ${order.join()}`);
        }
      }
    }
  });

  function update(sides: (string | undefined)[], self: 0 | 1): void {
    const other = self === 0 ? 1 : 0;
    if (isHeld(sides[self], sides[other])) {
      sides[self] = undefined;
      if (sides[other] !== undefined) sides[other] = "Disconnected";
    } else if (sides[self] === undefined) {
      assert.notEqual(sides[other], "Disconnected", "RemotePeeringIsDisconnected");
      sides[self] = sides[other] === undefined ? "Initiated" : "Connected";
      if (sides[other] !== undefined) sides[other] = "Connected";
    }
  }
});

describe("the id of a virtual network", () => {
  it("has its group and its name, in any case of Azure's words", () => {
    assert.deepEqual(
      networkOf("/subscriptions/s/resourcegroups/g/providers/Microsoft.Network/virtualNetworks/n"),
      { resourceGroup: "g", name: "n" },
    );
    assert.equal(networkOf("/subscriptions/s/virtualNetworks/n"), undefined);
  });
});
