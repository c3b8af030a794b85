import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { ArmResource, Leftovers } from "./model";

/** A cluster that was deleted, and what it left behind. */
export interface DeletedCluster extends Leftovers {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  /** ISO 8601. */
  readonly deletedAt: string;
  /** Why the leftovers could not be asked for. */
  readonly unasked?: string;
}

/** Everything that the stand-in keeps. No secret is in it. */
export interface ArmState {
  readonly version: 1;
  tenantId: string;
  operatorObjectId: string;
  operatorClientId: string;
  /** By lower-case id. */
  resources: Record<string, ArmResource>;
  /** How many public addresses each location has given out: a freed one is not given out again at once. */
  addressesGiven: Record<string, number>;
  /** Slot of each location or further cluster, in order of first use. */
  slots: Record<string, number>;
  deletedClusters: DeletedCluster[];
  /** Labels that other tenants hold, as `label.location`. */
  takenLabels: string[];
}

/** The state and the file that it rests in. Without a file it lives in memory only. */
export class StateFile {
  readonly state: ArmState;

  constructor(
    private readonly file: string | undefined,
    fresh: ArmState,
  ) {
    this.state = (file === undefined ? undefined : read(file)) ?? fresh;
  }

  /** Writes the whole state so that a reader, or a killed writer, never leaves half of it. */
  save(): void {
    if (this.file === undefined) return;
    mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
    const temporary = `${this.file}.${process.pid}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(this.state, null, 1)}\n`, { mode: 0o600 });
    renameSync(temporary, this.file);
  }
}

function read(file: string): ArmState | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as ArmState;
  } catch {
    throw new Error(
      `${file} is not JSON. It is the state of the ARM stand-in: remove the sandbox's home to start anew.`,
    );
  }
}
