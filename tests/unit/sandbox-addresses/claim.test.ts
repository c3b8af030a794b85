import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimBlock, releaseBlock } from "../../../sandbox/addresses/claim";
import { identityOf } from "../../../sandbox/processes";

const ENDED = { pid: 4_100_000, startTime: "1" };

describe("addresses: claim of a block", () => {
  let root: string;
  let folder: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "claims-"));
    folder = join(root, "blocks");
    mkdirSync(folder);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const claim = (home: string, preferred?: number, isFree: (block: number) => boolean = () => true) =>
    claimBlock({
      home: join(root, home),
      folder,
      isFree: (block) => Promise.resolve(isFree(block)),
      ...(preferred === undefined ? {} : { preferred }),
    });

  /** A lock as an ended process left it. */
  function leaveLock(block: number, home: string, claimedAt = "2026-01-01T00:00:00Z"): void {
    writeFileSync(
      join(folder, `${block}.json`),
      JSON.stringify({ ...ENDED, home: join(root, home), claimedAt }),
    );
  }

  /** A sandbox that was stopped, not destroyed. */
  function leaveState(home: string): void {
    mkdirSync(join(root, home), { recursive: true });
    writeFileSync(join(root, home, "sandbox.json"), "{}");
  }

  it("gives each of many claims at once a block of its own", async () => {
    const claims = await Promise.all(Array.from({ length: 12 }, (_, index) => claim(`home${index}`)));
    assert.deepEqual(
      claims.map(({ block }) => block).toSorted((a, b) => a - b),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    );
  });

  it("gives a block back", async () => {
    const first = await claim("a");
    await first.release();
    assert.deepEqual(readdirSync(folder), []);
    assert.equal((await claim("b")).block, first.block);
    // Too late: it is b's now.
    await first.release();
    assert.deepEqual(readdirSync(folder), [`${first.block}.json`]);
    await releaseBlock(folder, first.block, join(root, "b"));
    assert.deepEqual(readdirSync(folder), []);
  });

  it("gives a home the block again that it holds, without asking for its ports, which it uses itself", async () => {
    await claim("a", 7);
    assert.equal((await claim("a", undefined, () => false)).block, 7);
    assert.deepEqual(readdirSync(folder), ["7.json"]);
  });

  it("takes a dead owner's block over, and a torn lock", async () => {
    leaveLock(1, "gone");
    writeFileSync(join(folder, "2.json"), '{"pid":');
    assert.equal((await claim("a")).block, 1);
    assert.equal((await claim("b")).block, 2);
  });

  it("leaves a dead owner's block alone while a process of its home runs", async () => {
    leaveLock(1, "standing");
    const processes = join(root, "standing", "processes");
    mkdirSync(processes, { recursive: true });
    const self = identityOf(process.pid);
    writeFileSync(
      join(processes, "daemon.json"),
      JSON.stringify({ ...self, name: "daemon", command: "node" }),
    );
    assert.equal((await claim("a", 1)).block, 2);
  });

  it("gives a stopped sandbox its own block again, and others another one", async () => {
    leaveLock(1, "stopped");
    leaveState("stopped");
    assert.equal((await claim("other", 1)).block, 2);
    assert.equal((await claim("stopped", 1)).block, 1);
  });

  it("takes the longest unused block of a stopped sandbox when no other is left", async () => {
    leaveState("stopped");
    for (let block = 1; block <= 99; block += 1) {
      leaveLock(block, "stopped", `2026-01-${block === 42 ? "01" : "02"}T00:00:00Z`);
    }
    assert.equal((await claim("a")).block, 42);
  });

  it("passes over blocks whose ports are in use, the preferred one too, and drops the lock of that", async () => {
    leaveLock(5, "a");
    assert.equal((await claim("a", 5, (block) => block > 6)).block, 7);
    assert.deepEqual(readdirSync(folder), ["7.json"]);
  });

  it("names who holds the blocks when none is free", async () => {
    await claim("a", 3);
    await assert.rejects(
      claim("b", undefined, () => false),
      (error: Error) =>
        error.message.includes(`3 (${join(root, "a")})`) &&
        /No block .* is free \(1 to 99\)/.test(error.message),
    );
  });
});
