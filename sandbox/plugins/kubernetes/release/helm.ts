import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { identityOf } from "../../../processes";
import { contextEntries } from "../kubeconfig";

/** How a run of Helm ended. */
export interface HelmResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a run of Helm gets. */
export interface HelmRun {
  readonly args: readonly string[];
  /** Standard input; values go here and never into a file or an argument. */
  readonly input?: string | undefined;
  /** Ends Helm: by SIGTERM, so that it can record the release as failed, then by SIGKILL. */
  readonly signal?: AbortSignal | undefined;
}

/** Time for Helm to record a failed release after SIGTERM. */
const GRACE_MS = 8000;

/**
 * Runs Helm, and ends it when the other end of descriptor 3 closes: the kernel closes that even when this
 * process is killed, so a Helm never goes on unwatched.
 */
const WITH_LIFELINE = `
exec 4<&0
"$0" "$@" <&4 3<&- &
helm=$!
exec 4<&-
( read -r _ <&3; kill -TERM $helm; sleep ${GRACE_MS / 1000}; kill -KILL $helm ) >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait $helm
code=$?
kill $watcher 2>/dev/null
exit $code
`;

const FOLDER_PREFIX = "global-mesh-helm-";

/** Removes the folders of killed plugins: a kubeconfig with a client certificate holds its key. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(FOLDER_PREFIX) ? Number.parseInt(name.slice(FOLDER_PREFIX.length), 10) : NaN;
    // A killed plugin whose parent has not noticed yet is a zombie: it runs no more.
    if (Number.isNaN(pid) || identityOf(pid) !== undefined) continue;
    rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
  }
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) endGroup(child, "SIGTERM");
});

/** The real Helm 3, working on one cluster. */
export class Helm {
  private readonly executable: string;

  /** @param kubeconfig contents; @param context the context to use, if not the file's own */
  constructor(
    private readonly kubeconfig: string,
    private readonly context: string | undefined,
  ) {
    this.executable = process.env.SANDBOX_HELM ?? "";
  }

  /** Runs Helm to its end; the caller judges the exit code. */
  async run(o: HelmRun): Promise<HelmResult> {
    if (this.executable === "")
      throw new Error("SANDBOX_HELM is not set: it must hold the path of a Helm 3, which runs the Releases.");
    sweep();
    const folder = mkdtempSync(path.join(tmpdir(), `${FOLDER_PREFIX}${process.pid}-`));
    try {
      return await this.runIn(folder, o);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  private async runIn(folder: string, o: HelmRun): Promise<HelmResult> {
    const { config, token } = splitKubeconfig(this.kubeconfig, this.context);
    const file = path.join(folder, "kubeconfig");
    writeFileSync(file, config, { mode: 0o600 });
    const child = spawn("/bin/sh", ["-c", WITH_LIFELINE, this.executable, ...o.args], {
      env: { ...environment(), KUBECONFIG: file, ...(token === undefined ? {} : { HELM_KUBETOKEN: token }) },
      stdio: ["pipe", "pipe", "pipe", "pipe"],
      // A group of its own, so that Ctrl-C reaches Helm only through us, and all of it can be ended at once.
      detached: true,
    });
    running.add(child);
    try {
      return await finished(child, o);
    } finally {
      running.delete(child);
    }
  }
}

async function finished(child: ChildProcess, o: HelmRun): Promise<HelmResult> {
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
  // Helm may end without having read its input.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(o.input ?? "");
  let killer: NodeJS.Timeout | undefined;
  const end = (): void => {
    endGroup(child, "SIGTERM");
    killer = setTimeout(() => endGroup(child, "SIGKILL"), GRACE_MS);
  };
  if (o.signal?.aborted === true) end();
  o.signal?.addEventListener("abort", end, { once: true });
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (status) => resolve(status ?? -1));
    });
    return { code, stdout: text(out), stderr: text(err) };
  } finally {
    clearTimeout(killer);
    o.signal?.removeEventListener("abort", end);
  }
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has just ended.
  }
}

/** The words of a failed run: Helm's error without its warnings. */
export function helmError(result: HelmResult): string {
  const lines = result.stderr.split("\n").map((line) => line.trim());
  const from = lines.findIndex((line) => line.startsWith("Error: "));
  const said = (from < 0 ? lines : lines.slice(from)).filter((line) => line !== "").join("\n");
  return said.replace(/^Error: /, "").slice(0, 4000) || `helm ended with code ${result.code}`;
}

/**
 * A kubeconfig of the one context, with the token apart: the environment is as private as the process, while
 * a file would outlive a killed one.
 */
export function splitKubeconfig(
  kubeconfig: string,
  context: string | undefined,
): { readonly config: string; readonly token?: string } {
  const entries = contextEntries(kubeconfig, context);
  if (entries === undefined)
    throw new Error("the kubeconfig has no such context, or its cluster is missing.");
  const { token, ...user } = entries.user;
  const config = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "release",
    clusters: [{ name: "release", cluster: entries.cluster }],
    users: [{ name: "release", user }],
    contexts: [{ name: "release", context: { cluster: "release", user: "release" } }],
  });
  return typeof token === "string" ? { config, token } : { config };
}

// Helm's own settings of the user's shell would lead it to another driver, cluster or repository.
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([key]) => !/^(HELM_|KUBE)/.test(key));
  const cache = process.env.SANDBOX_CACHE_DIR;
  return {
    ...Object.fromEntries(kept),
    ...(cache === undefined
      ? {}
      : {
          HELM_CACHE_HOME: path.join(cache, "helm", "cache"),
          HELM_CONFIG_HOME: path.join(cache, "helm", "config"),
          HELM_DATA_HOME: path.join(cache, "helm", "data"),
        }),
  };
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}
