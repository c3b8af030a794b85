import { Command, CommanderError, Option } from "commander";
import pc from "picocolors";
import { catalog } from "../catalog";
import { catalogCommands } from "./catalog";
import { renderRepair, repair, type RepairOptions } from "./repair/command";
import { sandboxContext, type SandboxOptions } from "./sandbox/context";
import { curlExitCode, renderCurl, sandboxCurl, withCurlOptions, type CurlOptions } from "./sandbox/curl";
import { nothingToTakeDown, sandboxDown, type DownReport } from "./sandbox/down";
import { hintsFor, verifyCommandOf } from "./sandbox/hints";
import { sandboxRegionDown } from "./sandbox/region-down";
import { renderReport } from "./sandbox/report";
import { sandboxShell, withShellArguments } from "./sandbox/shell";
import { renderStatus, sandboxStatus } from "./sandbox/status";
import { sandboxUp } from "./sandbox/up";
import { coloursOf } from "./ui/colour";
import { useStderr } from "./ui/steps";
import { UsageError } from "./usage";
import { CHECK_NAMES } from "./verify/check";
import { verifyCommand, type VerifyOptions } from "./verify/command";
import { exitCodeOf, renderVerify } from "./verify/report";
import { REQUEST_IMAGE } from "./verify/requests/job";

/** Exit codes: 0 done, 1 failed (a leak counts), 2 wrong usage (or nothing to be asked), 3 found and not repaired, 22 `curl --fail`, 130 and 143 by a signal. */
const FAILED = 1;
const WRONG_USAGE = 2;
const NOT_REPAIRED = 3;

interface CommonOptions extends SandboxOptions {
  readonly json?: boolean;
}

function program(): Command {
  const mesh = new Command("mesh").description("One Istio mesh over AKS clusters in several regions.");
  const sandbox = mesh
    .command("sandbox")
    .description("the whole mesh on this machine, without a cloud account");
  const common = (command: Command): Command =>
    command
      .option("--home <folder>", "the sandbox's folder (default: .sandbox beside Pulumi.yaml)")
      .option("--program <folder>", "folder with Pulumi.yaml (default: the current folder)");

  common(sandbox.command("up"))
    .description("start the sandbox, or bring it up to date, and show what stands")
    .option("--app <name...>", "applications of the catalog that run, in place of those of the settings")
    .option("--no-proxies", "without proxies and workloads: quicker, and no request passes")
    .option("--json", "print the report as JSON")
    .action((options: CommonOptions) =>
      interruptible(async (signal) => {
        progressAside(options);
        const context = sandboxContext(options);
        const report = await sandboxUp(context, signal);
        print(report, (found) => renderReport(found, verifyCommandOf(context)), options);
      }),
    );
  common(sandbox.command("down"))
    .description("pulumi destroy of all stacks, proof that nothing is left, and the end of every process")
    .addOption(
      new Option("--region <name>", "only this region, which the others have unlinked").conflicts("force"),
    )
    .option("--force", "stop and remove everything without pulumi destroy")
    .option("--json", "print what was found as JSON")
    .action((options: CommonOptions & { force?: boolean; region?: string }) =>
      interruptible(async (signal) => {
        progressAside(options);
        const { region } = options;
        const context = sandboxContext(options);
        const nothing = region === undefined ? nothingToTakeDown(context) : undefined;
        if (nothing !== undefined) {
          // No fault: a clean-up that comes again.
          if (options.json === true) console.error(nothing);
          print(
            { leaks: [], asked: ["processes"], keptCrds: [], keptConfigMaps: [] },
            () => nothing,
            options,
          );
          return;
        }
        const found =
          region === undefined
            ? await sandboxDown(context, options, signal)
            : await sandboxRegionDown(context, region, signal);
        print(found, (report) => renderDown(report, region), options);
        if (found.leaks.length > 0) process.exitCode = FAILED;
      }),
    );
  common(sandbox.command("status"))
    .description(
      "show the report of the last start, and which processes and Deployments do not run now; mesh verify looks deeper",
    )
    .option("--json", "print it as JSON")
    .action(async (options: CommonOptions) => {
      const context = sandboxContext(options);
      const status = await sandboxStatus(context);
      print(status, (found) => renderStatus(found, verifyCommandOf(context)), options);
    });
  withShellArguments(common(sandbox.command("shell")))
    .description("open a shell, or run a command, with pulumi, kubectl, helm and istioctl set up")
    .action(async (command: string[], options: CommonOptions) => {
      process.exitCode = await sandboxShell(sandboxContext(options), command);
    });
  withCurlOptions(common(sandbox.command("curl")))
    .description("send a request as a workload, by its proxy, and show who answered")
    .action((url: string, options: CommonOptions & CurlOptions) =>
      interruptible(async (signal) => {
        const context = sandboxContext(options);
        const report = await sandboxCurl(context, url, options, signal);
        print(report, renderCurl, options);
        if (options.json !== true)
          for (const hint of hintsFor(report.results, verifyCommandOf(context))) console.error(hint);
        process.exitCode = curlExitCode(report, options);
      }),
    );
  repairCommand(mesh);
  addVerifyCommand(mesh);
  catalogCommands(mesh);
  overrideExits(mesh);
  return mesh;
}

function repairCommand(mesh: Command): void {
  mesh
    .command("repair")
    .description("find and mend what a killed or failed pulumi left of a stack")
    .requiredOption("--stack <name>", "the stack")
    .option("--program <folder>", "folder with Pulumi.yaml (default: the current folder)")
    .option("--home <folder>", "the stack is one of the sandbox in this folder")
    .option("--yes", "mend without asking; without a terminal nothing is mended unless this is said")
    .option("--id <urn=id...>", "a resource whose creation was interrupted exists and has this id")
    .option("--clear <urn...>", "a resource whose creation was interrupted does not exist")
    .option(
      "--release-age <minutes>",
      "how long a release is left alone on which Helm may be at work (default: 15)",
    )
    .option("--json", "print what was found and done as JSON")
    .action((options: RepairOptions & { json?: boolean }) =>
      interruptible(async (signal) => {
        const report = await repair(options, signal);
        print(report, renderRepair, options);
        const results = report.outcomes.map(({ result }) => result);
        if (results.includes("failed")) process.exitCode = FAILED;
        else if (results.includes("left")) process.exitCode = NOT_REPAIRED;
      }),
    );
}

function addVerifyCommand(mesh: Command): void {
  mesh
    .command("verify")
    .description("ask clusters and istiods whether the mesh is as its files want it")
    .option("--program <folder>", "folder with Pulumi.yaml (default: the current folder)")
    .option("--home <folder>", "the mesh is the sandbox in this folder")
    .option("--kubeconfig <file>", "reach clusters by this, with a context named like each; asks no stack")
    .option("--region <name...>", "only these regions (default: all, and the mesh as a whole)")
    .addOption(new Option("--skip <check...>", "leave checks out").choices(CHECK_NAMES))
    .option("--expiry-days <days>", "when the end of a certificate is near (default: trust.renewBeforeDays)")
    .option("--wait <seconds>", "how long what may settle by itself is looked at again (default: 15)")
    .option(
      "--request-image <image>",
      `what sends test requests, curl 8.3 or later (default: ${REQUEST_IMAGE})`,
    )
    .option("--strict", "warnings of istioctl analyze count as faults")
    .option("--json", "print what was found as JSON")
    .action((options: VerifyOptions & { json?: boolean }) =>
      interruptible(async (signal) => {
        progressAside(options);
        const report = await verifyCommand(options, catalog, signal);
        print(report, (found) => renderVerify(found, coloursOf(process.stdout)), options);
        process.exitCode = exitCodeOf(report);
      }),
    );
}

/** Commander would exit with 1 by itself; the exit code of wrong usage is another one. */
function overrideExits(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) overrideExits(child);
}

/** With --json, standard output is for the JSON alone: the steps go to standard error. */
function progressAside(options: CommonOptions): void {
  if (options.json === true) useStderr();
}

function print<T>(value: T, render: (value: T) => string, options: CommonOptions): void {
  console.log(options.json === true ? JSON.stringify(value, null, 2) : render(value));
}

function renderDown(found: DownReport, region?: string): string {
  const { leaks, asked, keptCrds, keptConfigMaps } = found;
  const kept = [
    `${keptCrds.length} CRDs that Helm keeps by policy went with their clusters.`,
    ...(keptConfigMaps.length === 0
      ? []
      : [`${keptConfigMaps.length} ConfigMaps that istiod left in namespaces of others went too.`]),
  ].join(" ");
  if (leaks.length === 0)
    return `Nothing is left${region === undefined ? "" : ` of ${region}`}; asked for: ${asked.join(", ")}. ${kept}`;
  return [pc.red(`${leaks.length} left behind:`), ...leaks.map((leak) => `  ${leak}`), kept].join("\n");
}

/** Runs work that SIGINT and SIGTERM end in order; a second signal is not needed and not waited for. */
async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  let signalled: NodeJS.Signals | undefined;
  const stop = (name: NodeJS.Signals): void => {
    if (signalled !== undefined) return;
    signalled = name;
    console.error(`\n${name}: ending what runs …`);
    controller.abort(new Error(`ended by ${name}`));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    await work(controller.signal);
  } catch (error) {
    if (signalled === undefined) throw error;
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
  if (signalled !== undefined) process.exitCode = signalled === "SIGINT" ? 130 : 143;
}

// Whoever read what we print has gone, as behind `| head`; the work goes on, with its own exit code.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

program()
  .parseAsync()
  .catch((error: unknown) => {
    if (error instanceof CommanderError) {
      // Commander has said what is wrong; help and version are no faults.
      process.exitCode = error.exitCode === 0 ? 0 : WRONG_USAGE;
      return;
    }
    console.error(coloursOf(process.stderr).red(error instanceof Error ? error.message : String(error)));
    process.exitCode = error instanceof UsageError ? WRONG_USAGE : FAILED;
  });
