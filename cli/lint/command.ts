import { readFileSync } from "node:fs";
import path from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { chooseApplications, type Catalog } from "../../istio/choose";
import { lint, lintCatalog, SEVERITIES, type LintReport, type Severity } from "../../istio/lint";
import { governedBy } from "../../topology";
import { loadProject, type Project } from "../project/load";
import { coloursOf } from "../ui/colour";
import { UsageError } from "../usage";
import { readFiles, STDIN } from "./files";
import { renderReport } from "./render";

/** Errors were found; wrong usage has another code. */
const FOUND_ERRORS = 1;

/** What is to be looked over. */
export interface LintArgs {
  /** Files and folders, `-` for standard input. Without any, it is the catalog. */
  readonly files: readonly string[];
  /** Folder with `Pulumi.yaml`. @default the current folder */
  readonly program?: string;
  /** Whether each file or folder is what a cluster of its own gets. @default false */
  readonly perCluster?: boolean;
}

/** Everything that reaches out of the command, so that tests can give it. */
export interface LintSurroundings {
  readonly catalog: Catalog;
  readonly readInput: () => string;
}

/** Looks over files, or what the catalog gives to the regions of a project; no cluster and no engine is asked. */
export function lintCommand(args: LintArgs, { catalog, readInput }: LintSurroundings): LintReport {
  const { files, program, perCluster = false } = args;
  if (files.length > 0) {
    if (program !== undefined) throw new UsageError("--program goes with the catalog, not with files.");
    if (!perCluster) return lint([{ name: "", objects: readFiles(files, readInput) }]);
    return lint(
      files.map((file) => ({ name: clusterOf(file, files), objects: readFiles([file], readInput) })),
    );
  }
  if (perCluster) throw new UsageError("--per-cluster goes with files or folders, one for each cluster.");
  const project = loadProject({ catalog, ...(program === undefined ? {} : { program }) });
  refuseLinkerd(project);
  const [first] = project.regions;
  return lintCatalog(
    project.regions.map(({ settings, mesh }) => ({
      region: settings.region,
      applications: chooseApplications(catalog, settings.applications).applications,
      compiled: mesh,
      governs: governedBy(settings.mesh, settings.region.name).map(({ name }) => name),
    })),
    {
      trustDomain: first?.settings.trustDomain ?? "cluster.local",
      rootNamespace: first?.context.rootNamespace ?? "istio-system",
    },
  );
}

/** The rules are about what Istio makes of objects; without a region's own they would find faults that are none. */
function refuseLinkerd({ regions }: Project): void {
  const others = regions.filter(({ settings }) => settings.meshKind !== "istio").map(({ name }) => name);
  if (others.length === 0) return;
  throw new UsageError(
    `global-mesh:meshKind is linkerd in ${others.join(", ")}, and the linter's rules are Istio's. ` +
      "What Linkerd cannot honour, mesh matrix and every preview refuse.",
  );
}

/** The last part of a path, as long as it tells the clusters apart. */
function clusterOf(file: string, files: readonly string[]): string {
  const short = (one: string): string => path.basename(one, path.extname(one));
  const same = files.filter((one) => short(one) === short(file));
  return file === STDIN || same.length > 1 ? file : short(file);
}

/** Findings of a severity, and of those that are worse. */
export function atLeast(report: LintReport, lowest: Severity): LintReport {
  const shown = SEVERITIES.slice(0, SEVERITIES.indexOf(lowest) + 1);
  return { ...report, findings: report.findings.filter(({ severity }) => shown.includes(severity)) };
}

interface LintOptions {
  readonly program?: string;
  readonly perCluster?: boolean;
  readonly severity: Severity;
  readonly json?: boolean;
}

/** Adds `mesh lint`. */
export function addLintCommand(mesh: Command, catalog: Catalog): void {
  mesh
    .command("lint")
    .description("find faults in the catalog, or in YAML files, before they are applied; touches no cluster")
    .argument("[files...]", "YAML files and folders, - for standard input (default: the catalog)", collect)
    .option("--program <folder>", "folder with Pulumi.yaml (default: the current folder)")
    .option("--per-cluster", "each file or folder is what a cluster of its own gets")
    .addOption(
      new Option("--severity <lowest>", "show findings of this severity and worse")
        .choices(SEVERITIES)
        .default("info"),
    )
    .option("--json", "print the findings as JSON")
    .action((files: string[], options: LintOptions) => {
      const readInput = (): string => readFileSync(0, "utf8");
      const report = lintCommand({ ...options, files }, { catalog, readInput });
      const shown = atLeast(report, options.severity);
      const text = (): string => renderReport(shown, coloursOf(process.stdout));
      console.log(options.json === true ? JSON.stringify(shown, null, 2) : text());
      if (report.findings.some(({ severity }) => severity === "error")) process.exitCode = FOUND_ERRORS;
    });
}

/** The same file twice would be the same object twice. */
function collect(file: string, before: readonly string[] = []): readonly string[] {
  if (before.includes(file)) throw new InvalidArgumentError("it is named twice.");
  return [...before, file];
}
