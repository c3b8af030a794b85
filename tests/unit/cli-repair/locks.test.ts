import assert from "node:assert/strict";
import { explainLock, holderOf, locksIn, type Machine, type StackLock } from "../../../cli/repair/locks";
import { thisMachine } from "../../../cli/repair/machine";

const TAKEN = "2026-01-02T03:04:05Z";
const lock: StackLock = { pid: 42, username: "ada", hostname: "desk", timestamp: TAKEN };

function machine(startedMsBefore: number | undefined, hostname = "desk"): Machine {
  const start = startedMsBefore === undefined ? undefined : Date.parse(TAKEN) - startedMsBefore;
  return { hostname, startOf: (pid) => (pid === 42 ? start : undefined) };
}

describe("repair: locks", () => {
  it("are held by a process that runs and is as old as the lock", () => {
    assert.equal(holderOf(lock, machine(5_000)), "alive");
    // The clock of the process table is a whole second late at worst.
    assert.equal(holderOf(lock, machine(-1_000)), "alive");
  });

  it("are dead when the process is gone, or when its number is a later one's", () => {
    assert.equal(holderOf(lock, machine(undefined)), "dead");
    assert.equal(holderOf(lock, machine(-60_000)), "dead");
  });

  it("are not judged from another machine, nor called dead for want of a time", () => {
    assert.equal(holderOf(lock, machine(undefined, "laptop")), "elsewhere");
    assert.equal(holderOf({ ...lock, timestamp: "" }, machine(5_000)), "alive");
  });

  it("are explained: who, since when, and what to do", () => {
    const words = (["alive", "dead", "elsewhere"] as const).map((holder) =>
      explainLock("eastus", lock, holder),
    );
    for (const text of words)
      assert.match(text, /Stack eastus is locked by ada@desk, process 42, since 2026-/);
    const [alive = "", dead = "", elsewhere = ""] = words;
    assert.match(alive, /which runs\..*kill -INT 42$/);
    assert.ok(!alive.includes("pulumi cancel"), "nobody is told to take a lock from who works");
    assert.match(dead, /was killed.*pulumi cancel --yes --stack eastus$/);
    assert.match(elsewhere, /another machine.*pulumi cancel --yes --stack eastus$/);
  });

  it("are read from the engine's error", () => {
    const error =
      "error: the stack is currently locked by 2 lock(s). Either wait for the other process(es) to end or delete " +
      "the lock file with `pulumi cancel`.\n" +
      "  file:///x/1.json: created by ada@desk (pid 42) at 2026-01-02T03:04:05Z\n" +
      "  file:///x/2.json: created by bob@host.example (pid 7) at 2026-01-02T03:04:06+01:00";
    assert.deepEqual(locksIn(error), [
      lock,
      { pid: 7, username: "bob", hostname: "host.example", timestamp: "2026-01-02T03:04:06+01:00" },
    ]);
    assert.deepEqual(locksIn("error: something else"), []);
  });

  it("knows the start of a process of this machine", () => {
    const start = thisMachine().startOf(process.pid);
    const age = Date.now() - (start ?? NaN);
    assert.ok(Math.abs(age - process.uptime() * 1000) < 5_000, `${age} ms old, up ${process.uptime()} s`);
    assert.equal(thisMachine().startOf(2 ** 22 + 1), undefined);
  });
});
