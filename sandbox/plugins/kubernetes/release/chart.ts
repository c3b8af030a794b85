import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

/** What a chart says of itself. */
export interface ChartFacts {
  readonly version: string;
  /** Of a folder only: changes with any file in it. */
  readonly checksum?: string;
}

/** Whether the chart is a folder on this machine; a relative one is looked up from the program's folder. */
export function isChartFolder(chart: string): boolean {
  return existsSync(path.join(chart, "Chart.yaml"));
}

/** Reads a chart folder. */
export function readChartFolder(chart: string): ChartFacts {
  return {
    version: chartVersion(readFileSync(path.join(chart, "Chart.yaml"), "utf8")),
    checksum: checksum(chart),
  };
}

/** The version in a Chart.yaml. */
export function chartVersion(text: string): string {
  const version = (parse(text) as { version?: unknown } | null)?.version;
  if (typeof version !== "string" || version === "")
    throw new Error("the chart's Chart.yaml names no version.");
  return version;
}

/** A digest over names and contents of all files, wherever the folder lies. */
export function checksum(folder: string): string {
  const digest = createHash("sha256");
  for (const file of filesIn(folder).toSorted()) {
    const content = readFileSync(path.join(folder, file));
    // The lengths keep a file's end and the next one's name apart.
    digest.update(`${file.length}:${file}:${content.length}:`).update(content);
  }
  return digest.digest("hex");
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .map((name) => name.split(path.sep).join("/"));
}
