import assert from "node:assert/strict";
import { exitCodeOf } from "../../../cli/verify/report";
import { statesOf, verified, verify } from "./support";

/** What a mesh says of itself in which all is well, and that nothing of the question stays. */
describe("mesh verify of a mesh with proxies", () => {
  const standing = verified();

  before("bring it up", async () => {
    const report = await standing.up();
    assert.equal(report.refusedProxies, 0);
  });

  it("holds, and every region is answered in every region", async () => {
    const report = await verify({ wait: "120" });
    assert.deepEqual(report.faults, []);
    assert.deepEqual(
      report.checks.filter(({ state }) => state !== "holds"),
      [],
    );
    assert.deepEqual(statesOf(report, "requests"), {
      eastus: "holds: 2 of 2 answered",
      westeurope: "holds: 2 of 2 answered",
    });
    assert.equal(exitCodeOf(report), 0);
  });
});
