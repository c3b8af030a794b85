import Table from "cli-table3";
import type { Colours } from "../ui/colour";
import { CHECK_NAMES, CHECKS, type CheckName, type Outcome } from "./check";
import type { Verified } from "./verify";

/** Name of the column of the mesh as a whole. */
const MESH = "mesh";

/** One outcome, as JSON has it. */
export interface ReportedCheck {
  readonly check: CheckName;
  /** Name of a region, or `mesh`. */
  readonly scope: string;
  readonly state: Outcome["state"];
  readonly detail: string;
}

/** One fault, as JSON has it. */
export interface ReportedFault {
  readonly check: CheckName;
  readonly scope: string;
  readonly what: string;
  readonly cause: string;
  readonly fix: string;
  /** Where the guide speaks of the check. */
  readonly docs: string;
}

/** What `mesh verify --json` prints. */
export interface VerifyReport {
  readonly holds: boolean;
  readonly checks: readonly ReportedCheck[];
  readonly faults: readonly ReportedFault[];
  /** What breaks nothing and is worth a look. */
  readonly notes: readonly string[];
  /** Regions on their way out, of which nothing was asked. */
  readonly leaving: readonly string[];
  readonly seconds: number;
  /** Another mesh that may have been meant, where no cluster could be asked. */
  readonly hint?: string;
}

/** Whether no cluster of a mesh could be asked, for a reason that lies with who asks. */
export function isUnreached({ checks }: VerifyReport): boolean {
  const reach = checks.filter(({ check }) => check === "reach");
  return reach.length > 0 && reach.every(({ state }) => state === "unasked");
}

/** All that was found, the mesh first. */
export function reportOf({ regions, mesh, leaving, seconds }: Verified): VerifyReport {
  const scopes = [...(mesh === undefined ? [] : [[MESH, mesh] as const]), ...regions];
  const rows = CHECK_NAMES.flatMap((check) =>
    scopes.map(([scope, outcomes]) => ({ check, scope, outcome: outcomes[check] })),
  );
  return {
    holds: rows.every(({ outcome }) => outcome.state === "holds" || outcome.state === "absent"),
    checks: rows.map(({ check, scope, outcome: { state, detail } }) => ({ check, scope, state, detail })),
    faults: rows.flatMap(({ check, scope, outcome }) =>
      outcome.faults.map((fault) => ({ check, scope, ...fault, docs: docsOf(check) })),
    ),
    notes: [...new Set(rows.flatMap(({ outcome }) => outcome.notes))],
    leaving,
    seconds,
  };
}

function docsOf(check: CheckName): string {
  return `docs/verify.md#${CHECKS[check].toLowerCase().replaceAll(" ", "-")}`;
}

/** 0 where all holds, 1 where something does not, 2 where only something could not be asked. */
export function exitCodeOf({ checks }: VerifyReport): 0 | 1 | 2 {
  const states = checks.map(({ state }) => state);
  if (states.includes("broken")) return 1;
  return states.includes("unasked") ? 2 : 0;
}

/** The report as a user reads it. */
export function renderVerify(report: VerifyReport, colours: Colours): string {
  return [
    table(report, colours),
    ...report.faults.flatMap((fault, index) => renderFault(fault, index + 1, colours)),
    ...unaskedLines(report, colours),
    ...report.notes.map((note) => colours.dim(`Note: ${note}`)),
    ...report.leaving.map((region) => colours.dim(`Note: ${region} is leaving; nothing of it was asked.`)),
    summary(report, colours),
    ...(report.hint === undefined ? [] : [report.hint]),
  ].join("\n");
}

/** No line between the rows: each is one. */
const NO_LINES = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };

function table({ checks }: VerifyReport, colours: Colours): string {
  const scopes = [...new Set(checks.map(({ scope }) => scope))];
  const table = new Table({
    head: ["", ...scopes.map((scope) => colours.bold(scope))],
    style: { head: [], border: [] },
    chars: NO_LINES,
  });
  for (const check of CHECK_NAMES) {
    const cells = scopes.map((scope) =>
      cell(
        checks.find((one) => one.check === check && one.scope === scope),
        colours,
      ),
    );
    table.push([CHECKS[check], ...cells]);
  }
  return table.toString();
}

function cell(check: ReportedCheck | undefined, colours: Colours): string {
  switch (check?.state) {
    case "holds":
      return `${colours.green("✔")} ${check.detail}`;
    case "broken":
      return `${colours.red("✖")} ${check.detail}`;
    case "unasked":
      return `${colours.yellow("?")} could not be asked`;
    case "absent":
      return colours.dim(`– ${check.detail}`);
    case undefined:
      return "";
  }
}

function renderFault(
  { check, what, cause, fix, docs }: ReportedFault,
  number: number,
  colours: Colours,
): string[] {
  return [
    `${colours.bold(`${number}. ${what}`)} [${check}]`,
    `   ${colours.red(cause)}`,
    `   → ${fix}`,
    colours.dim(`     ${docs}`),
  ];
}

/** One reason often keeps many checks from being asked. */
function unaskedLines({ checks }: VerifyReport, colours: Colours): string[] {
  const open = checks.filter(({ state, scope }) => state === "unasked" && scope !== MESH);
  return [...new Set(open.map(({ detail }) => detail))].map((why) => {
    const which = open.filter(({ detail }) => detail === why).map(({ check, scope }) => `${scope} ${check}`);
    return colours.yellow(`Could not be asked: ${which.join(", ")}: ${why}`);
  });
}

function summary(report: VerifyReport, colours: Colours): string {
  const took = `(${report.seconds.toFixed(1)} s)`;
  if (report.holds) return colours.green(`All holds ${took}.`);
  const open = report.checks.filter(({ state, scope }) => state === "unasked" && scope !== MESH).length;
  const parts = [
    ...(report.faults.length > 0 ? [counted(report.faults.length, "fault")] : []),
    ...(open > 0 ? [`${counted(open, "check")} could not be asked`] : []),
  ];
  return colours.red(`${parts.join(", ")} ${took}.`);
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
