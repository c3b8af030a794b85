import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { mergeKubeconfigs } from "../../sandbox/kubeconfig";
import type { AnalysisMessage } from "../facts";

/** What `istioctl analyze` looks at. */
export interface AnalysisArgs {
  /** Cluster whose objects are looked at. */
  readonly cluster: string;
  /** Clusters whose services and pods count, too. */
  readonly others: readonly string[];
  readonly revision: string;
  /** By name of the cluster; those named above are among them. */
  readonly kubeconfigs: ReadonlyMap<string, string>;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

const LIMIT_SECONDS = 120;

/**
 * Runs Istio's analyzers over what stands. The peers are named: by the remote secrets it could not read them, since
 * their reader may not list Istio's objects, and would wait for ever.
 */
export async function analyze(args: AnalysisArgs): Promise<readonly AnalysisMessage[]> {
  const { cluster, others, revision, kubeconfigs, env, signal } = args;
  const folder = mkdtempSync(path.join(env["TMPDIR"] ?? tmpdir(), "mesh-verify-"));
  try {
    const file = path.join(folder, "kubeconfig");
    writeFileSync(file, mergeKubeconfigs(kubeconfigs), { mode: 0o600 });
    const remotes = (others.length === 0 ? [cluster] : others).flatMap((other) => [
      "--remote-contexts",
      other,
    ]);
    const flags = ["--revision", revision, "--timeout", `${LIMIT_SECONDS}s`, "--output", "json"];
    const own = Object.entries(env).filter(([key]) => !/^(KUBE|ISTIO)/.test(key));
    const { stdout } = await promisify(execFile)(
      "istioctl",
      ["--context", cluster, "analyze", "--all-namespaces", ...remotes, ...flags],
      {
        env: { ...Object.fromEntries(own), KUBECONFIG: file },
        maxBuffer: 64 * 1024 * 1024,
        timeout: (LIMIT_SECONDS + 30) * 1000,
        signal,
      },
    );
    return readMessages(stdout, others);
  } catch (error) {
    signal.throwIfAborted();
    throw explained(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The messages about the cluster itself. It calls that one "default", whatever its name is; what it says of the others
 * is said of each in its turn.
 */
export function readMessages(text: string, others: readonly string[]): readonly AnalysisMessage[] {
  // Without a message it writes `null` or nothing.
  const all = text.trim() === "" ? null : (JSON.parse(text) as readonly Located[] | null);
  return (all ?? []).filter(({ cluster = "" }) => !others.includes(cluster));
}

interface Located extends AnalysisMessage {
  /** Absent where only one cluster was looked at. */
  readonly cluster?: string;
}

function explained(error: unknown): Error {
  const { code, stderr = "" } = error as NodeJS.ErrnoException & { stderr?: string };
  if (code === "ENOENT")
    return new Error(
      "there is no istioctl on PATH (https://istio.io/latest/docs/setup/install/istioctl), or leave it out: --skip analysis",
    );
  if (error instanceof SyntaxError) return new Error("istioctl analyze printed no JSON");
  const said = stderr.trim().split("\n").slice(-3).join(" ");
  return new Error(`istioctl analyze: ${said === "" ? "it failed without a word" : said}`);
}
