import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, readSync, readdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { SandboxContext } from "../../../../cli/sandbox/context";
import { sandboxEnvironment } from "../../../../cli/sandbox/environment";

/** How a run of the engine ended. */
export interface Ended {
  readonly code: number | null;
  readonly text: string;
}

let runs = 0;

/** One `pulumi` command whose events are followed while it runs. */
export class EngineRun {
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;
  private readonly log: string;
  private text = "";

  constructor(
    private readonly context: SandboxContext,
    readonly stack: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    const { home } = context;
    this.log = path.join(home.shellTmp, `events-${++runs}.json`);
    this.child = spawn(
      path.join(home.bin, "pulumi"),
      [...args, "--stack", stack, "--non-interactive", "--color=never", "--event-log", this.log],
      {
        cwd: home.project,
        env: { ...sandboxEnvironment(home), PULUMI_DEBUG_COMMANDS: "true", ...env },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
      },
    );
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (part: string) => (this.text += part));
    }
    this.ended = new Promise((resolve) => {
      this.child.on("exit", (code) => resolve({ code, text: this.text }));
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits for an event; false when the run has ended without it. */
  async event(wanted: (event: EngineEvent) => boolean): Promise<boolean> {
    let offset = 0;
    let rest = "";
    for (;;) {
      const { running } = this;
      if (existsSync(this.log)) {
        const { text, end } = readFrom(this.log, offset);
        offset = end;
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        if (lines.some((line) => line !== "" && wanted(JSON.parse(line) as EngineEvent))) return true;
      }
      if (!running) return false;
      await sleep(5);
    }
  }

  /** Waits until a plugin's process is there; false when the run has ended without it. */
  async pluginStarts(name: string): Promise<boolean> {
    while (this.running) {
      if (pluginsOf(this.context).some((plugin) => plugin.name === name)) return true;
      await sleep(2);
    }
    return false;
  }
}

/** Whether an event says that a step of this kind on a resource of this type, and name, begins. */
export function begins(
  op: "create" | "update" | "delete",
  type: string,
  name?: string,
): (event: EngineEvent) => boolean {
  return ({ resourcePreEvent }) => {
    const { metadata } = resourcePreEvent ?? {};
    if (metadata?.op !== op || !metadata.type.endsWith(type)) return false;
    return name === undefined || metadata.urn.endsWith(`::${name}`);
  };
}

interface PluginProcess {
  readonly pid: number;
  /** e.g. `kubernetes`. */
  readonly name: string;
}

/** The stand-in plugins of a sandbox that run. */
export function pluginsOf(context: SandboxContext): PluginProcess[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      const file = commandLine(pid).find((word) => word.startsWith(`${context.home.bundles}/`));
      if (file === undefined || isZombie(pid)) return [];
      return [{ pid: Number(pid), name: path.basename(file).replace(/\..*$/, "") }];
    });
}

/**
 * Waits until what works for a killed engine has ended by itself, program, plugins and policy packs; the milliseconds
 * that it took. The language host only waits for calls, and looks after its engine every five minutes.
 */
export async function allEnded({ home }: SandboxContext, limitMs: number): Promise<number> {
  const started = Date.now();
  for (;;) {
    const left = startedUnder(home.pulumiHome)
      .map((pid) => `${pid} (${commandLine(pid).slice(0, 2).join(" ")})`)
      .filter((process) => !process.includes("/pulumi-language-"));
    if (left.length === 0) return Date.now() - started;
    if (Date.now() - started > limitMs) {
      throw new Error(`${limitMs} ms after their engine these still run: ${left.join(", ")}`);
    }
    await sleep(20);
  }
}

/** Ends the language hosts that killed engines have left. */
export function endLanguageHosts({ home }: SandboxContext): void {
  for (const pid of startedUnder(home.pulumiHome)) {
    if (commandLine(pid)[0]?.includes("/pulumi-language-") === true) process.kill(Number(pid), "SIGKILL");
  }
}

/** Processes with this Pulumi home: engines, language hosts, programs and plugins. */
function startedUnder(pulumiHome: string): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid && !isZombie(pid))
    .filter((pid) => environment(pid).includes(`PULUMI_HOME=${pulumiHome}`))
    .filter((pid) => !attached.has(Number(pid)));
}

/** Plugins that the tests themselves run, which outlive engines on purpose. */
export const attached = new Set<number>();

function environment(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}

function isZombie(pid: string): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}

function readFrom(file: string, offset: number): { text: string; end: number } {
  const fd = openSync(file, "r");
  try {
    const parts: Buffer[] = [];
    const buffer = Buffer.alloc(65_536);
    let end = offset;
    for (let read = readSync(fd, buffer, 0, buffer.length, end); read > 0;) {
      parts.push(Buffer.from(buffer.subarray(0, read)));
      end += read;
      read = readSync(fd, buffer, 0, buffer.length, end);
    }
    return { text: Buffer.concat(parts).toString("utf8"), end };
  } finally {
    closeSync(fd);
  }
}
