import type { Finding } from "../rules/fault";
import { describeSource, type LintSource } from "./input";

/** How bad it is: an `error` breaks requests or opens a hole, a `warning` may be meant, `info` is good to know. */
export const SEVERITIES = ["error", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Name of an object within its cluster. */
export interface ObjectName {
  readonly kind: string;
  /** Empty for what belongs to no namespace. */
  readonly namespace: string;
  readonly name: string;
}

/** One thing that a rule has found. */
export interface LintFinding {
  /** Code of the rule, as in `GM101`. */
  readonly code: string;
  readonly severity: Severity;
  /** What must hold. */
  readonly title: string;
  /** Codes of the same rule elsewhere: `IST0…` of istioctl analyze, `KIA…` of Kiali. */
  readonly also: readonly string[];
  readonly source: LintSource;
  /** Missing where the finding is about no object, as that of a suppression. */
  readonly object?: ObjectName;
  /** Clusters that get the object. */
  readonly clusters: readonly string[];
  /** Field of the object. */
  readonly setting: string;
  /** What is there, what may stand there, and what comes of it. */
  readonly cause: string;
  readonly fix: string;
}

/** A finding that is meant to be so. */
export interface SuppressedFinding {
  readonly finding: LintFinding;
  readonly reason: string;
}

/** What linting gives. */
export interface LintReport {
  /** In the order of their sources. */
  readonly findings: readonly LintFinding[];
  readonly suppressed: readonly SuppressedFinding[];
}

/** What a rule says of itself, for messages and the documentation. */
export interface RuleText {
  readonly code: `GM${number}`;
  /** What must hold, one sentence without its full stop. */
  readonly title: string;
  /** What goes wrong otherwise. */
  readonly why: string;
  /** What to do. */
  readonly fix: string;
  readonly severity: Severity;
  /** @default no analyzer or validation of theirs has the rule */
  readonly also?: readonly (`IST0${number}` | `KIA${number}`)[];
}

/** What is found in one object. */
export interface Located<Place> extends Finding {
  readonly at: Place;
  /** Clusters of the finding. @default those of the object */
  readonly clusters?: readonly string[];
}

/** A finding as one line: where it was written, the object, the code, the cause and the fix. */
export function describeFinding({ code, source, object, cause, fix }: LintFinding): string {
  const name = object === undefined ? "" : ` (${object.kind} ${object.namespace}/${object.name})`;
  return `${code} ${describeSource(source)}${name}: ${cause} ${fix}`;
}
