import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { bundlePlugins, installPlugins } from "../../../sandbox/plugins/install";
import type { PlannedPlugin } from "../../../sandbox/plugins/install";

/** How a run of pulumi ended. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A resource as `pulumi stack export` shows it. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** A project of its own around the small program, with its own PULUMI_HOME and state. */
export class SmallProject {
  readonly folder = mkdtempSync(join(tmpdir(), "global-mesh-plugins-"));
  readonly logs = join(this.folder, "logs");
  readonly home = join(this.folder, "pulumi");
  private readonly project = join(this.folder, "project");

  /** @param tools folder with pulumi and its language host */
  constructor(private readonly tools: string) {}

  /** Writes the project and installs the plugins: stand-ins, or what the plan says. */
  async prepare(plan?: readonly PlannedPlugin[]): Promise<void> {
    for (const name of ["project", "backend", "pulumi", "logs", "home"]) mkdirSync(join(this.folder, name));
    const main = join(__dirname, "program", "main.cjs");
    writeFileSync(
      join(this.project, "Pulumi.yaml"),
      [
        "name: plugin-small",
        `main: ${JSON.stringify(main)}`,
        "runtime:",
        "  name: nodejs",
        "  options:",
        "    typescript: false",
        "",
      ].join("\n"),
    );
    const bundles = await bundlePlugins({ outDir: join(this.folder, "bundles"), names: ["random", "tls"] });
    await installPlugins({
      pulumiHome: this.home,
      bundles,
      env: { SANDBOX_LOG_DIR: this.logs },
      ...(plan === undefined ? {} : { plan }),
    });
    await this.run("stack", "init", "dev");
  }

  /** Runs pulumi and fails with its words if it does. */
  async run(...args: string[]): Promise<Finished> {
    const done = await this.tryRun(...args);
    if (done.code !== 0) throw new Error(`pulumi ${args.join(" ")}: ${done.stdout}${done.stderr}`);
    return done;
  }

  tryRun(...args: string[]): Promise<Finished> {
    return new Promise((resolve, reject) => {
      const child = spawn(join(this.tools, "pulumi"), [...args, "--non-interactive"], {
        cwd: this.project,
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          PATH: [this.tools, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
          HOME: join(this.folder, "home"),
          PULUMI_HOME: this.home,
          PULUMI_BACKEND_URL: `file://${join(this.folder, "backend")}`,
          PULUMI_CONFIG_PASSPHRASE: "a passphrase of the test",
          PULUMI_SKIP_UPDATE_CHECK: "true",
          // An absent plugin must fail at once, not after a look into the network.
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        },
      });
      let stdout = "";
      let stderr = "";
      child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, stdout, stderr }));
    });
  }

  /** What a preview would do to each resource that it would not leave as it is, by logical name. */
  async planned(...args: string[]): Promise<Record<string, string>> {
    const { stdout } = await this.run("preview", "--stack", "dev", "--json", ...args);
    const plan = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
    const steps = plan.steps.filter((step) => step.op !== "same");
    return Object.fromEntries(steps.map((step) => [step.urn.split("::").at(-1) ?? "", step.op]));
  }

  async outputs(): Promise<Record<string, string>> {
    const { stdout } = await this.run("stack", "output", "--stack", "dev", "--json", "--show-secrets");
    return JSON.parse(stdout) as Record<string, string>;
  }

  async resources(): Promise<StateResource[]> {
    const { stdout } = await this.run("stack", "export", "--stack", "dev");
    const state = JSON.parse(stdout) as { deployment: { resources?: StateResource[] } };
    return state.deployment.resources ?? [];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
