import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { claimBlock, type BlockClaim } from "../../../sandbox/addresses";
import { armAddress } from "../../../sandbox/addresses/layout";
import { SandboxHome, writeJson } from "../../../sandbox/home";
import { bundlePlugins, installPlugins } from "../../../sandbox/plugins/install";

/** How a run of pulumi ended. */
export interface Finished {
  readonly code: number | null;
  readonly text: string;
}

/** A daemon of its own, and a small project that talks to it. */
export class AzureBench {
  readonly home = new SandboxHome(mkdtempSync(path.join(tmpdir(), "global-mesh-azure-")));
  private claimed: BlockClaim | undefined;
  private daemon: ChildProcess | undefined;
  private url = "";

  /** @param tools folder with pulumi, its language host and the servers of a control plane */
  constructor(private readonly tools: string) {}

  async prepare(): Promise<void> {
    const { home } = this;
    home.make();
    this.claimed = await claimBlock({ home: home.root });
    const { host, port } = armAddress(this.claimed.block);
    this.url = `http://${host}:${port}`;
    home.writeIdentity({
      version: 1,
      home: home.root,
      block: this.claimed.block,
      armUrl: this.url,
      subscriptionId: randomUUID(),
      slots: {},
      createdAt: new Date().toISOString(),
    });
    for (const file of [home.adminTokenFile, home.operatorTokenFile]) {
      writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600 });
    }
    const tool = (name: string) => path.join(this.tools, name);
    writeJson(home.daemonFile, {
      tools: {
        etcd: tool("etcd"),
        kubeApiserver: tool("kube-apiserver"),
        kubeControllerManager: tool("kube-controller-manager"),
      },
    });
    const bundles = await bundlePlugins({ outDir: home.bundles, names: ["azure-native"] });
    await installPlugins({
      pulumiHome: home.pulumiHome,
      bundles,
      env: {
        SANDBOX_ARM_URL: this.url,
        SANDBOX_ARM_TOKEN_FILE: home.adminTokenFile,
        SANDBOX_LOG_DIR: home.logs,
      },
    });
    this.writeProject();
  }

  async startDaemon(): Promise<void> {
    const root = path.resolve(__dirname, "../../..");
    const main = path.join(root, "sandbox", "daemon", "main.ts");
    this.daemon = spawn(process.execPath, ["--import", "tsx", main, "--home", this.home.root], {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
    });
    for (;;) {
      const health = await this.admin("GET", "health").catch(() => undefined);
      if ((health?.body as { serving?: boolean } | undefined)?.serving === true) return;
      if (this.daemon.exitCode !== null) throw new Error("the daemon ended while starting");
      await sleep(100);
    }
  }

  /** Sends a signal and returns how long the daemon took to end. */
  async stopDaemon(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
    const { daemon } = this;
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return 0;
    const start = Date.now();
    const ended = new Promise((resolve) => daemon.once("exit", resolve));
    daemon.kill(signal);
    await ended;
    return Date.now() - start;
  }

  /** Takes the home folder away from under the daemon. */
  vanish(): void {
    rmSync(this.home.root, { recursive: true, force: true });
  }

  async admin(method: string, route: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    return this.arm(method, `/sandbox/${route}`, body);
  }

  async arm(method: string, route: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const response = await fetch(new URL(route, this.url), {
      method,
      headers: { authorization: `Bearer ${readFileSync(this.home.adminTokenFile, "utf8")}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  }

  /** Runs pulumi on the project and fails with its words if it does. */
  async run(...args: string[]): Promise<Finished> {
    const done = await this.tryRun(...args);
    if (done.code !== 0) throw new Error(`pulumi ${args.join(" ")}: ${done.text}`);
    return done;
  }

  tryRun(...args: string[]): Promise<Finished> {
    return new Promise((resolve, reject) => {
      const child = spawn(path.join(this.tools, "pulumi"), [...args, "--non-interactive"], {
        cwd: this.home.project,
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          PATH: [this.tools, path.dirname(process.execPath), "/usr/bin", "/bin"].join(path.delimiter),
          HOME: this.home.tmp,
          TMPDIR: this.home.tmp,
          PULUMI_HOME: this.home.pulumiHome,
          PULUMI_BACKEND_URL: `file://${this.home.backend}`,
          PULUMI_CONFIG_PASSPHRASE: "a passphrase of the test",
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        },
      });
      let text = "";
      const collect = (chunk: Buffer) => (text += chunk.toString());
      child.stdout.on("data", collect);
      child.stderr.on("data", collect);
      child.on("error", reject);
      child.on("close", (code) => {
        resolve({ code, text });
      });
    });
  }

  /** What a preview would do to each resource that it would not leave as it is, by logical name. */
  async planned(...args: string[]): Promise<Record<string, string>> {
    const { text } = await this.run("preview", "--json", ...args);
    const plan = JSON.parse(text.slice(text.indexOf("{"))) as { steps: { op: string; urn: string }[] };
    const steps = plan.steps.filter((step) => !["same", "refresh"].includes(step.op));
    return Object.fromEntries(steps.map((step) => [step.urn.split("::").at(-1) ?? "", step.op]));
  }

  async outputs(): Promise<Record<string, string>> {
    const { text } = await this.run("stack", "output", "--json", "--show-secrets");
    return JSON.parse(text) as Record<string, string>;
  }

  async remove(): Promise<void> {
    await this.stopDaemon();
    await this.claimed?.release();
    rmSync(this.home.root, { recursive: true, force: true });
  }

  private writeProject(): void {
    mkdirSync(this.home.project, { recursive: true });
    const main = path.join(__dirname, "program", "main.cjs");
    const options = ["  options:", "    typescript: false"];
    const lines = [
      "name: azure-small",
      `main: ${JSON.stringify(main)}`,
      "runtime:",
      "  name: nodejs",
      ...options,
      "",
    ];
    writeFileSync(path.join(this.home.project, "Pulumi.yaml"), lines.join("\n"));
  }
}

/** The folder with the programs, as the test run names it. */
export function toolFolder(): string {
  const folder = process.env["SANDBOX_TEST_TOOLS"];
  if (folder) return folder;
  throw new Error(
    "SANDBOX_TEST_TOOLS must name a folder with pulumi, pulumi-language-nodejs, etcd, kube-apiserver and kube-controller-manager",
  );
}
