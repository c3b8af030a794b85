import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { identityOf, isAlive, parseStat, signalProcess } from "../../../sandbox/processes/identity";

describe("processes: identity", () => {
  it("finds the start time whatever the program is called", () => {
    const rest = Array.from({ length: 18 }, (_, index) => String(index)).join(" ");
    fc.assert(
      fc.property(fc.string(), fc.nat(), (name, startTime) => {
        assert.deepEqual(parseStat(`7 (${name}) S ${rest} ${startTime} 0 0`), {
          state: "S",
          startTime: String(startTime),
        });
      }),
    );
  });

  it("reads no start time from a text that has none", () => {
    assert.equal(parseStat(""), undefined);
    assert.equal(parseStat("7 (node) S 1 2"), undefined);
  });

  it("knows this process by the 22nd field of its stat file", () => {
    const fields = readFileSync("/proc/self/stat", "utf8").split(" ");
    const identity = identityOf(process.pid);
    assert.ok(identity);
    assert.deepEqual(identity, { pid: process.pid, startTime: fields[21] });
    assert.equal(isAlive(identity), true);
  });

  it("takes a process with another start time for another process, and sends it nothing", () => {
    const other = { pid: process.pid, startTime: "1" };
    assert.equal(isAlive(other), false);
    // SIGKILL would end this test run.
    assert.equal(signalProcess(other, "SIGKILL"), false);
  });

  it("finds nobody under a pid that is not there", () => {
    assert.equal(identityOf(2 ** 22 + 1), undefined);
  });
});
