import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Result } from "./result";

/** What a figure is measured with. */
export interface BenchContext {
  /** A folder of this run's own, removed at its end. */
  readonly scratch: string;
  /** How often what takes seconds is repeated; what takes minutes is measured once. */
  readonly repetitions: number;
  readonly signal: AbortSignal;
  /** Says on standard error what goes on. */
  progress(text: string): void;
}

/** A figure that can be asked for. */
export interface Figure {
  readonly name: string;
  /** For the help, in a few words. */
  readonly about: string;
  /** Not measured unless it is named. @default false */
  readonly onRequest?: boolean;
  measure(context: BenchContext): Promise<readonly Result[]>;
}

/** Runs work with a scratch folder that is gone afterwards, whatever happens. */
export async function withScratch<T>(work: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(path.join(tmpdir(), "global-mesh-bench-"));
  try {
    return await work(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}
