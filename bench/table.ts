import Table from "cli-table3";
import type { Section } from "./document";
import { standing, type Goal, type Report, type Result, type Row, type Unit } from "./result";
import { summarize } from "./stats";

const HEAD = ["", "median", "quartiles", "runs", "goal"] as const;

/** The report as a user reads it in a terminal. */
export function renderText(report: Report): string {
  const parts = report.results.map((result) => {
    const table = new Table({ head: [...HEAD], style: { head: [], border: [] } });
    table.push(...result.rows.map(cells));
    return `${result.figure}: ${result.title}\n${result.contains}\n${table.toString()}`;
  });
  return [...circumstances(report), "", ...parts.flatMap((part) => [part, ""])].join("\n").trimEnd();
}

/** The same as Markdown, a section for each result; each says where it comes from, since they may be of several runs. */
export function renderMarkdown(report: Report): readonly Section[] {
  return report.results.map((result) => ({
    figure: result.figure,
    markdown: section(result, circumstances(report)),
  }));
}

function section(result: Result, circumstances: readonly string[]): string {
  const line = (parts: readonly string[]): string => `| ${parts.join(" | ")} |`;
  return [
    `### ${result.title} (\`${result.figure}\`)`,
    "",
    result.contains,
    "",
    ...circumstances.map((circumstance) => `- ${circumstance}`),
    "",
    line(HEAD),
    line(["---", "--:", "--:", "--:", "---"]),
    ...result.rows.map((row) => line(cells(row))),
  ].join("\n");
}

function circumstances(report: Report): string[] {
  const named = (source: "official" | "stand-in"): string =>
    report.plugins
      .filter((plugin) => plugin.source === source)
      .map(({ name, version }) => `${name} ${version}`)
      .join(", ") || "none";
  return [
    `Date: ${report.date}; commit ${report.commit}`,
    `Machine: ${report.machine}; Node ${report.node}`,
    `Command: ${report.command}`,
    `Plugins: official ${named("official")}; stand-ins ${named("stand-in")}`,
  ];
}

function cells(row: Row): string[] {
  const { median, lowerQuartile, upperQuartile } = summarize(row.values);
  const single = row.values.length === 1;
  return [
    row.name,
    withUnit(median, row.unit),
    single ? "" : `${number(lowerQuartile, row.unit)} to ${number(upperQuartile, row.unit)}`,
    String(row.values.length),
    row.goal === undefined ? "" : `${goalText(row.goal)}: ${standing(row.goal, median)}`,
  ];
}

function goalText({ wanted, aim, limit }: Goal): string {
  return limit === undefined ? `${wanted} ${aim}` : `${wanted} ${limit}, aim ${aim}`;
}

const DIGITS: Readonly<Record<Unit, number>> = {
  s: 2,
  ms: 2,
  MB: 1,
  KB: 1,
  ratio: 2,
  exponent: 2,
  count: 0,
};

function number(value: number, unit: Unit): string {
  return value.toFixed(DIGITS[unit]);
}

function withUnit(value: number, unit: Unit): string {
  if (unit === "ratio") return `${number(value, unit)} ×`;
  return unit === "exponent" || unit === "count" ? number(value, unit) : `${number(value, unit)} ${unit}`;
}
