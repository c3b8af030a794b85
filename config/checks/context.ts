import type { Fault } from "../faults";
import type { RegionStackSettings, SharedSettings } from "../schema";

/** What a folder is, as far as charts are concerned. */
export type ChartFolder = "charts" | "no-charts" | "missing";

/** What is known of a stack's settings when they are checked against each other. */
export interface CheckContext {
  readonly stack: string;
  /** Role of the stack; undefined where the regions table cannot tell. */
  readonly role: "global" | "region" | undefined;
  /** Shared settings that the schema takes; the others have been reported already. */
  readonly shared: Readonly<Partial<SharedSettings>>;
  /** Region settings that the schema takes. */
  readonly own: Readonly<Partial<RegionStackSettings>>;
  /** All settings as they were said, so that one bad part of one does not hide what is wrong with the others. */
  readonly said: Readonly<Record<string, unknown>>;
  /** The regions table as it was said; undefined where there is none. */
  readonly table: Readonly<Record<string, unknown>> | undefined;
  /** Names of the applications that the catalog has; undefined where the caller does not know. */
  readonly knownApplications: readonly string[] | undefined;
  readonly inspectChartFolder: (path: string) => ChartFolder;
  /** Whether no cluster is going to be reached, so that nothing about access to one has to be right. */
  readonly offline: boolean;
  /** Full name of a setting. */
  name(key: string, ...path: (string | number)[]): string;
}

/** A check of settings against each other. */
export type Check = (context: CheckContext) => readonly Fault[];
