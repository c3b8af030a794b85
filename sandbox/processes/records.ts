import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, type ProcessIdentity } from "./identity";

/** What is kept of a started process, so that a later run can end it when this one was killed. */
export interface ProcessRecord extends ProcessIdentity {
  /** Name in reports, e.g. `eastus-cluster/etcd`. */
  readonly name: string;
  /** Path of the program. Arguments are left out: they are long, and some programs take secrets there. */
  readonly command: string;
  /** Processes of a lower wave end before those of a higher one: API servers before the etcd they write to. */
  readonly stopWave: number;
}

/** Writes the record at once: between the start and this call a killed run would leave a nameless process. */
export function writeRecord(folder: string, record: ProcessRecord): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = recordFile(folder, record);
  writeFileSync(`${file}.tmp`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}

/** Forgets a process that has ended. */
export function removeRecord(folder: string, record: ProcessRecord): void {
  rmSync(recordFile(folder, record), { force: true });
}

/** All records of a folder, of ended processes too. A file that is no record is removed: it names no process. */
export function readRecords(folder: string): ProcessRecord[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  const records: ProcessRecord[] = [];
  for (const name of names.filter((name) => name.endsWith(".json")).toSorted()) {
    const record = parseRecord(join(folder, name));
    if (record === undefined) rmSync(join(folder, name), { force: true });
    else records.push(record);
  }
  return records;
}

/** The records whose processes still run. */
export function liveRecords(folder: string): ProcessRecord[] {
  return readRecords(folder).filter(isAlive);
}

/** Groups by wave, the lowest first. */
export function inStopOrder<T extends { readonly stopWave: number }>(items: readonly T[]): T[][] {
  const waves = [...new Set(items.map((item) => item.stopWave))].toSorted((a, b) => a - b);
  return waves.map((wave) => items.filter((item) => item.stopWave === wave));
}

function recordFile(folder: string, record: ProcessRecord): string {
  return join(folder, `${record.name.replaceAll(/[^A-Za-z0-9.-]/g, "_")}-${record.pid}.json`);
}

function parseRecord(file: string): ProcessRecord | undefined {
  try {
    const value = JSON.parse(readFileSync(file, "utf8")) as Partial<ProcessRecord> | null;
    const { pid, startTime, name, command, stopWave } = value ?? {};
    if (!Number.isInteger(pid) || pid === undefined || pid <= 1) return undefined;
    if (typeof startTime !== "string" || typeof name !== "string" || typeof command !== "string") {
      return undefined;
    }
    return { pid, startTime, name, command, stopWave: typeof stopWave === "number" ? stopWave : 0 };
  } catch {
    return undefined;
  }
}
