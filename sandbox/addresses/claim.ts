import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  ProcessRegistry,
  identityOf,
  isAlive,
  isPortFree,
  withLock,
  type ProcessIdentity,
} from "../processes";
import { BLOCKS, fixedEndpoints } from "./layout";
import { makeFolder, userFolder } from "./user-folder";

/** A block that belongs to one sandbox home until it is released. */
export interface BlockClaim {
  readonly block: number;
  readonly home: string;
  /** Gives the block back. Nothing happens when another home has taken it since. */
  release(): Promise<void>;
}

/** Which block is wanted, for whom. */
export interface ClaimOptions {
  /** The sandbox's folder. */
  readonly home: string;
  /** The block that stored state speaks of; another one is given when that is taken. */
  readonly preferred?: number;
  /** Where the locks are. @default a folder of the user below the system's temporary folder */
  readonly folder?: string;
  /** Whether a block's servers could start now. @default a probe of every fixed port of the block */
  readonly isFree?: (block: number) => Promise<boolean>;
}

interface Lock extends ProcessIdentity {
  readonly home: string;
  readonly claimedAt: string;
}

/**
 * What a lock means for a home that wants the block.
 * - `ours`: this home holds it, from an earlier run perhaps.
 * - `held`: its process, or a process that its home recorded, runs.
 * - `kept`: nothing runs, but the stopped sandbox has stored state that names these addresses.
 * - `stale`: nothing runs and nothing speaks of it any more.
 */
type LockState = "ours" | "held" | "kept" | "stale";

/**
 * Claims a block of addresses for a home. A home that holds one already gets it again, so that the addresses in
 * its stored state stay true. Blocks of stopped sandboxes are taken only when no other is left.
 */
export async function claimBlock(options: ClaimOptions): Promise<BlockClaim> {
  const folder = options.folder ?? defaultFolder();
  const isFree = options.isFree ?? hasFreePorts;
  makeFolder(folder);
  return await withLock(`blocks ${folder}`, async () => {
    const locks = readLocks(folder);
    const claim = (block: number): BlockClaim => ({
      block,
      home: options.home,
      release: () => releaseBlock(folder, block, options.home),
    });
    // A running sandbox asks for its own block: its ports are in use, by itself.
    const running = [...locks].find(([, lock]) => lock.home === options.home && isInUse(lock));
    if (running !== undefined) return claim(running[0]);
    const refused: number[] = [];
    for (const block of candidates(locks, options)) {
      if (!(await isFree(block))) {
        refused.push(block);
        continue;
      }
      writeLock(folder, block, options.home);
      dropOthers(folder, locks, { block, home: options.home });
      return claim(block);
    }
    const held = [...locks].map(([block, lock]) => `${block} (${lock.home})`).join(", ");
    throw new Error(
      `No block of loopback addresses is free (${BLOCKS.first} to ${BLOCKS.last}). ` +
        `Held by sandboxes: ${held || "none"}. Ports in use: ${refused.join(", ") || "none"}. ` +
        "Stop a sandbox that is no longer needed (npm run sandbox:down in its folder).",
    );
  });
}

/** Gives a home's block back: for a sandbox that was started by another process. */
export async function releaseBlock(folder: string | undefined, block: number, home: string): Promise<void> {
  const locks = folder ?? defaultFolder();
  makeFolder(locks);
  await withLock(`blocks ${locks}`, () => {
    if (readLocks(locks).get(block)?.home === home) rmSync(lockFile(locks, block), { force: true });
    return Promise.resolve();
  });
}

/** Blocks to try, the best first. */
function candidates(locks: ReadonlyMap<number, Lock>, options: ClaimOptions): number[] {
  const all = Array.from({ length: BLOCKS.last - BLOCKS.first + 1 }, (_, index) => BLOCKS.first + index);
  const state = new Map(all.map((block) => [block, stateOf(locks.get(block), options.home)] as const));
  const rank = (block: number): number => {
    const current = state.get(block);
    if (current === "ours") return block === options.preferred ? 0 : 1;
    if (current === "kept") return 4;
    return block === options.preferred ? 2 : 3;
  };
  const age = (block: number): string => locks.get(block)?.claimedAt ?? "";
  return all
    .filter((block) => state.get(block) !== "held")
    .toSorted((a, b) => rank(a) - rank(b) || (rank(a) === 4 ? age(a).localeCompare(age(b)) : a - b));
}

function stateOf(lock: Lock | undefined, home: string): LockState {
  if (lock === undefined) return "stale";
  if (lock.home === home) return "ours";
  if (isInUse(lock)) return "held";
  return hasStoredState(lock.home) ? "kept" : "stale";
}

/** Whether the process that claimed the block runs, or one that its home recorded. */
function isInUse(lock: Lock): boolean {
  return isAlive(lock) || ProcessRegistry.alive(join(lock.home, "processes")).length > 0;
}

/** Whether a stopped sandbox still stands in this folder. */
function hasStoredState(home: string): boolean {
  try {
    readFileSync(join(home, "sandbox.json"));
    return true;
  } catch {
    return false;
  }
}

/** A home has one block: what it held before and could not get again is free for others. */
function dropOthers(
  folder: string,
  locks: ReadonlyMap<number, Lock>,
  kept: { block: number; home: string },
): void {
  for (const [block, lock] of locks) {
    if (lock.home === kept.home && block !== kept.block) rmSync(lockFile(folder, block), { force: true });
  }
}

function readLocks(folder: string): Map<number, Lock> {
  const locks = new Map<number, Lock>();
  for (const name of readdirSync(folder)) {
    const block = Number(/^(\d+)\.json$/.exec(name)?.[1]);
    if (block >= BLOCKS.first && block <= BLOCKS.last) {
      const lock = parseLock(join(folder, name));
      if (lock !== undefined) locks.set(block, lock);
    }
  }
  return locks;
}

function parseLock(file: string): Lock | undefined {
  try {
    const value = JSON.parse(readFileSync(file, "utf8")) as Partial<Lock> | null;
    const { pid, startTime, home, claimedAt } = value ?? {};
    return typeof pid === "number" && typeof startTime === "string" && typeof home === "string"
      ? { pid, startTime, home, claimedAt: claimedAt ?? "" }
      : undefined;
  } catch {
    return undefined; // a torn or foreign file holds nothing
  }
}

function writeLock(folder: string, block: number, home: string): void {
  const owner = identityOf(process.pid) ?? { pid: process.pid, startTime: "0" };
  const lock: Lock = { ...owner, home, claimedAt: new Date().toISOString() };
  const file = lockFile(folder, block);
  writeFileSync(`${file}.tmp`, `${JSON.stringify(lock)}\n`, { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}

function lockFile(folder: string, block: number): string {
  return join(folder, `${block}.json`);
}

function defaultFolder(): string {
  return join(userFolder(), "blocks");
}

async function hasFreePorts(block: number): Promise<boolean> {
  for (const endpoint of fixedEndpoints(block)) {
    if (!(await isPortFree(endpoint))) return false;
  }
  return true;
}
