import { summarize, type Summary } from "./stats";

/** What a number counts. `ratio` and `exponent` have no dimension. */
export type Unit = "s" | "ms" | "MB" | "KB" | "ratio" | "exponent" | "count";

/** What a figure should be; reported, never a reason to fail. */
export interface Goal {
  readonly wanted: "at most" | "at least";
  readonly aim: number;
  /** @default the aim is all there is */
  readonly limit?: number;
}

/** One line of a figure. */
export interface Row {
  readonly name: string;
  readonly unit: Unit;
  /** One value for each repetition, in the order of measuring. */
  readonly values: readonly number[];
  readonly goal?: Goal;
}

/** A figure as it was measured. */
export interface Result {
  /** As the command line names it. */
  readonly figure: string;
  readonly title: string;
  /** What is in the numbers and what is not. */
  readonly contains: string;
  readonly rows: readonly Row[];
}

export interface Plugin {
  readonly name: string;
  readonly version: string;
  readonly source: "official" | "stand-in";
}

/** Where, when and of what the figures are. */
export interface Circumstances {
  readonly date: string;
  readonly commit: string;
  readonly command: string;
  readonly machine: string;
  readonly node: string;
  readonly plugins: readonly Plugin[];
}

export interface Report extends Circumstances {
  readonly results: readonly Result[];
}

/** How a row stands against its goal. */
export type Standing = "aim met" | "within the limit" | "missed";

export function standing(goal: Goal, value: number): Standing {
  const meets = (bound: number): boolean => (goal.wanted === "at most" ? value <= bound : value >= bound);
  if (meets(goal.aim)) return "aim met";
  return goal.limit !== undefined && meets(goal.limit) ? "within the limit" : "missed";
}

interface JsonRow extends Row, Summary {
  readonly standing?: Standing;
}

/** The report with its medians and quartiles worked out, for scripts. */
export function toJson(report: Report): Omit<Report, "results"> & {
  readonly results: readonly (Omit<Result, "rows"> & { readonly rows: readonly JsonRow[] })[];
} {
  return {
    ...report,
    results: report.results.map((result) => ({
      ...result,
      rows: result.rows.map((row) => {
        const summary = summarize(row.values);
        return {
          ...row,
          ...summary,
          ...(row.goal === undefined ? {} : { standing: standing(row.goal, summary.median) }),
        };
      }),
    })),
  };
}
