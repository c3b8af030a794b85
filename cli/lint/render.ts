import {
  describeSource,
  isEntry,
  SEVERITIES,
  type LintFinding,
  type LintReport,
  type LintSource,
  type Severity,
} from "../../istio/lint";
import type { Colours } from "../ui/colour";

/** A report as a user reads it: findings by entry or file, and one line that sums them up. */
export function renderReport({ findings, suppressed }: LintReport, colours: Colours): string {
  const groups = new Map<string, LintFinding[]>();
  for (const finding of findings) {
    const group = groupOf(finding.source);
    groups.set(group, [...(groups.get(group) ?? []), finding]);
  }
  const body = [...groups].flatMap(([group, all]) => [
    colours.bold(group),
    ...all.flatMap((finding) => renderFinding(finding, colours)),
    "",
  ]);
  return [...body, summary(findings, suppressed.length)].join("\n");
}

function groupOf(source: LintSource): string {
  return isEntry(source) ? describeSource(source) : source.file;
}

function renderFinding(finding: LintFinding, colours: Colours): readonly string[] {
  const { code, severity, title, also, source, object, clusters, cause, fix } = finding;
  const paint = { error: colours.red, warning: colours.yellow, info: colours.cyan }[severity];
  const place = [
    ...(object === undefined ? [] : [`${object.kind} ${object.namespace}/${object.name}`]),
    ...(clusters.join("") === "" ? [] : [`in ${clusters.join(", ")}`]),
    ...(isEntry(source) ? [] : [`(${describeSource(source)})`]),
  ].join(" ");
  return [
    `  ${paint(severity)} ${code} ${title}${also.length === 0 ? "" : colours.dim(` [${also.join(", ")}]`)}`,
    ...(place === "" ? [] : [`    ${place}`]),
    `    ${cause}`,
    `    ${colours.bold("fix:")} ${fix}`,
  ];
}

function summary(findings: readonly LintFinding[], suppressed: number): string {
  const counts = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${plural(severity, count)}`];
  });
  const said = counts.length === 0 ? "No finding" : counts.join(", ");
  return `${said}${suppressed === 0 ? "" : `; ${suppressed} suppressed`}.`;
}

function plural(severity: Severity, count: number): string {
  return severity === "info" || count === 1 ? severity : `${severity}s`;
}
