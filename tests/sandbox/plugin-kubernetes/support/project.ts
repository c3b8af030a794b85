import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { examine, finders, mendAll, type Outcome } from "../../../../cli/repair/repair";
import { repairStack } from "../../../../cli/repair/stack";
import { bundlePlugins, installPlugins } from "../../../../sandbox/plugins/install";
import { tool } from "./cluster";
import type { Scenario } from "./scenario";

/** How a command ended. */
export interface Finished {
  readonly code: number;
  /** stdout and stderr. */
  readonly text: string;
  readonly stdout: string;
}

/** One step of a preview that changes something. */
export interface Step {
  readonly op: string;
  readonly name: string;
  readonly replaces: readonly string[];
  readonly changes: readonly string[];
}

interface PreviewJson {
  readonly steps?: readonly {
    readonly op: string;
    readonly urn: string;
    readonly replaceReasons?: readonly string[];
    readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
  }[];
}

/** A Pulumi project of its own: state, plugins and logs in a temporary folder. */
export class Project {
  private constructor(readonly folder: string) {}

  /** Where everything is that the engine and the plugin keep. */
  get kept(): string[] {
    return [join(this.folder, "backend"), join(this.folder, "logs"), join(this.folder, "project")];
  }

  static async make(): Promise<Project> {
    const folder = mkdtempSync(join(tmpdir(), "global-mesh-plugin-project-"));
    const project = new Project(folder);
    for (const name of ["backend", "logs", "project", "pulumi", "tmp"]) mkdirSync(join(folder, name));
    writeFileSync(
      join(folder, "project", "Pulumi.yaml"),
      JSON.stringify({
        name: "plugin-test",
        main: join(__dirname, "main.cjs"),
        runtime: { name: "nodejs", options: { typescript: false } },
      }),
    );
    const bundles = await bundlePlugins({ outDir: join(folder, "bundles"), names: ["kubernetes"] });
    await installPlugins({
      pulumiHome: join(folder, "pulumi"),
      bundles,
      env: {
        SANDBOX_LOG_DIR: join(folder, "logs"),
        SANDBOX_HELM: tool("helm"),
        SANDBOX_CACHE_DIR: join(folder, "cache"),
      },
    });
    const init = await project.pulumi(["stack", "init", "dev"]);
    if (init.code !== 0) throw new Error(init.text);
    return project;
  }

  /** Sets what the program makes from now on. */
  set(scenario: Scenario): void {
    writeFileSync(this.scenario, JSON.stringify(scenario));
  }

  /** Starts `pulumi` without waiting for its end. */
  start(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): { child: ChildProcess; done: Promise<Finished> } {
    const child = spawn(tool("pulumi"), [...args, "--non-interactive"], {
      cwd: join(this.folder, "project"),
      env: { ...this.environment, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [out, all]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => (out.push(chunk), all.push(chunk)));
    child.stderr.on("data", (chunk: Buffer) => all.push(chunk));
    const done = new Promise<Finished>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) =>
        resolve({
          code: code ?? -1,
          text: Buffer.concat(all).toString("utf8"),
          stdout: Buffer.concat(out).toString("utf8"),
        }),
      );
    });
    return { child, done };
  }

  pulumi(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    return this.start(args, env).done;
  }

  /** What `mesh repair --yes --release-age 0` does. */
  async repair(): Promise<readonly Outcome[]> {
    const folder = join(this.folder, "project");
    const stack = repairStack({ name: "dev", command: tool("pulumi"), folder, env: this.environment });
    const helm = { env: this.environment, ageMinutes: 0 };
    return mendAll(await examine(stack, finders({ helm })), () => undefined);
  }

  /** `pulumi up`; fails with all that was printed. */
  async up(...args: string[]): Promise<Finished> {
    return succeeded(await this.pulumi(["up", "--yes", "--skip-preview", ...args]));
  }

  async destroy(...args: string[]): Promise<Finished> {
    return succeeded(await this.pulumi(["destroy", "--yes", "--skip-preview", ...args]));
  }

  /** What a preview would change. */
  async preview(...args: string[]): Promise<Step[]> {
    const done = succeeded(await this.pulumi(["preview", "--json", ...args]));
    const { steps = [] } = JSON.parse(done.stdout) as PreviewJson;
    return steps
      .filter(({ op }) => !["same", "read", "refresh"].includes(op))
      .map(({ op, urn, replaceReasons, detailedDiff }) => ({
        op,
        name: urn.split("::").at(-1) ?? "",
        replaces: replaceReasons ?? [],
        changes: Object.keys(detailedDiff ?? {}).toSorted(),
      }));
  }

  /** The outputs of the stack, secrets in plain. */
  async outputs(): Promise<Record<string, unknown>> {
    const done = succeeded(await this.pulumi(["stack", "output", "--json", "--show-secrets"]));
    return (JSON.parse(done.stdout) as { outputs: Record<string, unknown> }).outputs;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get environment(): NodeJS.ProcessEnv {
    return {
      PATH: [dirname(tool("pulumi")), process.env.PATH].join(delimiter),
      HOME: this.folder,
      TMPDIR: join(this.folder, "tmp"),
      PULUMI_HOME: join(this.folder, "pulumi"),
      PULUMI_BACKEND_URL: `file://${join(this.folder, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      SCENARIO: this.scenario,
    };
  }

  // Beside the kept folders, since it holds secrets in plain text.
  private get scenario(): string {
    return join(this.folder, "scenario.json");
  }
}

function succeeded(done: Finished): Finished {
  if (done.code !== 0) throw new Error(`pulumi ended with ${done.code}:\n${done.text}`);
  return done;
}
