import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { identityOf } from "../../../sandbox/processes/identity";
import {
  inStopOrder,
  liveRecords,
  readRecords,
  removeRecord,
  writeRecord,
  type ProcessRecord,
} from "../../../sandbox/processes/records";
import { ProcessRegistry } from "../../../sandbox/processes/registry";

function record(over: Partial<ProcessRecord> = {}): ProcessRecord {
  return {
    pid: 4711,
    startTime: "1",
    name: "eastus-cluster/etcd",
    command: "/bin/etcd",
    stopWave: 0,
    ...over,
  };
}

describe("processes: records", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "records-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("reads back what was written, in files that only the user may read", () => {
    const records = [record(), record({ pid: 4712, name: "eastus-cluster/kube-apiserver", stopWave: 20 })];
    for (const each of records) writeRecord(folder, each);
    assert.deepEqual(readRecords(folder), records);
    for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
    for (const each of records) removeRecord(folder, each);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("has no records in a folder that does not exist", () => {
    assert.deepEqual(readRecords(join(folder, "none")), []);
  });

  it("removes files that name no process", () => {
    for (const [index, text] of ["", "null", "{}", '{"pid":1}', '{"pid":"4","startTime":"1"}'].entries()) {
      writeFileSync(join(folder, `${index}.json`), text);
    }
    // Init has pid 1: no record may ever lead to a signal for it.
    writeFileSync(join(folder, "init.json"), JSON.stringify(record({ pid: 1 })));
    writeRecord(folder, record());
    assert.deepEqual(readRecords(folder), [record()]);
    assert.equal(readdirSync(folder).length, 1);
  });

  it("counts as living only a process with the recorded start time", () => {
    const self = identityOf(process.pid);
    assert.ok(self);
    writeRecord(folder, record({ pid: self.pid, name: "reused pid" }));
    writeRecord(folder, record({ ...self, name: "this" }));
    // One file per name and pid: the second name makes a second file.
    assert.deepEqual(
      liveRecords(folder).map(({ name }) => name),
      ["this"],
    );
  });

  it("ends nobody under a pid that was given out again, and forgets the record", async () => {
    writeRecord(folder, record({ pid: process.pid }));
    assert.deepEqual(await ProcessRegistry.endRecorded(folder), []);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("stops in waves, each process once, lower waves first", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ stopWave: fc.integer({ min: 0, max: 5 }) })), (items) => {
        const waves = inStopOrder(items);
        assert.deepEqual(new Set(waves.flat()), new Set(items));
        assert.equal(waves.flat().length, items.length);
        const numbers = waves.map((wave) => new Set(wave.map(({ stopWave }) => stopWave)));
        assert.ok(numbers.every((wave) => wave.size === 1));
        const order = numbers.flatMap((wave) => [...wave]);
        assert.deepEqual(
          order,
          [...new Set(order)].toSorted((a, b) => a - b),
        );
      }),
    );
  });
});
