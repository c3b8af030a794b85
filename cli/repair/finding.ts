/** Something that a killed or failed run left, in the words that a user reads. */
export interface Finding {
  /** Stable name for scripts, e.g. `pending-create`. */
  readonly kind: string;
  /** The thing, e.g. `VirtualService ai-agent (production/ai-agent)`. */
  readonly what: string;
  /** How it came to be like this, as far as is known. */
  readonly cause: string;
  /** What the repair will do about it; for a finding without a mend, what the user is to do. */
  readonly fix: string;
}

/** A finding with the way to mend it. */
export interface Repair {
  readonly finding: Finding;
  /**
   * Mends it and says in one line what came of it. Mends run one after another, those of releases before
   * those of the state's pending operations. Absent where only a person can decide.
   */
  readonly mend?: (report: (detail: string) => void) => Promise<string>;
}

/** Looks for one kind of damage in a stack whose lock is free. It changes nothing. */
export type Finder = (stack: RepairStack) => Promise<readonly Repair[]>;

/** A stack under repair, as finders see it. */
export interface RepairStack {
  readonly name: string;
  /** Runs `pulumi` on it, e.g. `["stack", "export"]`; throws with what it said when it fails. */
  pulumi(args: readonly string[], input?: string): Promise<string>;
  readonly signal?: AbortSignal;
}
