import { type Command, Option } from "commander";
import { catalog } from "../catalog";
import { withoutEffect } from "../istio/matrix";
import { EXPORT_FORMATS, exportFiles, type ExportFormat, exportText } from "./export/command";
import { writeExport } from "./export/write";
import { addLintCommand } from "./lint/command";
import { projectMatrix, renderMatrix } from "./matrix/command";
import { loadProject } from "./project/load";
import { coloursOf } from "./ui/colour";
import { UsageError } from "./usage";

/** Something was found that nothing mends by itself. */
const FOUND = 3;

interface ProgramOptions {
  readonly program?: string;
}

interface ExportOptions extends ProgramOptions {
  readonly format: ExportFormat;
  readonly region?: string;
  readonly out?: string;
  readonly force?: boolean;
}

/** Adds the commands that read the catalog and the stack files, and touch no cluster. */
export function catalogCommands(mesh: Command): void {
  addLintCommand(mesh, catalog);
  mesh
    .command("matrix")
    .description("show which object goes to which region, and what is bound to nothing; touches no cluster")
    .option("--program <folder>", "folder with Pulumi.yaml (default: the current folder)")
    .option("--json", "print it as JSON")
    .action((options: ProgramOptions & { json?: boolean }) => {
      const matrix = projectMatrix(loadProject({ ...options, catalog }));
      const text = (): string => renderMatrix(matrix, coloursOf(process.stdout));
      console.log(options.json === true ? JSON.stringify(matrix, null, 2) : text());
      if (withoutEffect(matrix).length > 0) process.exitCode = FOUND;
    });
  mesh
    .command("export")
    .description("write what all regions apply for another tool to apply; touches no cluster")
    .option("--program <folder>", "folder with Pulumi.yaml (default: the current folder)")
    .addOption(new Option("--format <format>", "what to write").choices(EXPORT_FORMATS).default("yaml"))
    .option("--region <name>", "only what goes to this region, with the formats yaml and list")
    .option("--out <folder>", "write files there (default: one text to standard output)")
    .option("--force", "write into a folder that holds something else")
    .action((options: ExportOptions) => {
      const { out, force } = options;
      if (out === undefined && force === true) throw new UsageError("--force goes with --out only.");
      const project = loadProject({ ...options, catalog });
      if (out === undefined) {
        process.stdout.write(exportText(project, options));
        return;
      }
      const { folder, files, removed } = writeExport(out, exportFiles(project, options), options);
      console.log(`${files} files in ${folder}${removed.length === 0 ? "" : `, ${removed.length} removed`}`);
    });
}
