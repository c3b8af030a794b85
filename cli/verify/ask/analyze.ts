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
/** Whatever it may not list, it learns of in one go. */
const REFUSALS_MS = 1_000;
/** What it says, again and again, of objects that it may not list. */
const REFUSAL = /[\w.]+(?: "[^"]*")? is forbidden: .*$/gm;

/**
 * Runs Istio's analyzers over what stands. The peers are named: by the remote secrets it could not read them, since
 * their reader may not list Istio's objects, and would wait for ever.
 *
 * @throws Error with what istioctl may not list, or with its last words.
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
    // Without these it is silent about what it may not list.
    const log = ["--log_output_level", "default:error", "--log_target", "stderr"];
    const own = Object.entries(env).filter(([key]) => !/^(KUBE|ISTIO)/.test(key));
    const stdout = await run(
      ["--context", cluster, "analyze", "--all-namespaces", ...remotes, ...flags, ...log],
      { ...Object.fromEntries(own), KUBECONFIG: file },
      signal,
    );
    return readMessages(stdout, others);
  } catch (error) {
    signal.throwIfAborted();
    throw explained(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ends istioctl when it is refused something: it would go on asking, and heeds no `--timeout` meanwhile. */
async function run(args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  const options = { env, maxBuffer: 64 * 1024 * 1024, timeout: (LIMIT_SECONDS + 30) * 1000, signal };
  const running = promisify(execFile)("istioctl", args, options);
  let said = "";
  let ending: NodeJS.Timeout | undefined;
  running.child.stderr?.on("data", (text: string) => {
    said += text;
    if (said.match(REFUSAL) !== null) ending ??= setTimeout(() => running.child.kill(), REFUSALS_MS);
  });
  try {
    return (await running).stdout;
  } finally {
    clearTimeout(ending);
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
  const {
    code,
    killed,
    stderr = "",
  } = error as NodeJS.ErrnoException & { killed?: boolean; stderr?: string };
  if (code === "ENOENT")
    return new Error(
      "there is no istioctl on PATH (https://istio.io/latest/docs/setup/install/istioctl), or leave it out: --skip analysis",
    );
  if (error instanceof SyntaxError) return new Error("istioctl analyze printed no JSON");
  const refusals = [...new Set(stderr.match(REFUSAL))];
  if (refusals.length > 0)
    return new Error(
      `istioctl analyze: ${refusals.join("; ")} (docs/verify.md has the rights, or leave it out: --skip analysis)`,
    );
  const said = stderr.trim().split("\n").slice(-3).join(" ");
  const last = said === "" ? "it failed without a word" : said;
  return new Error(
    `istioctl analyze: ${killed === true ? `it did not end in ${LIMIT_SECONDS + 30} s; ` : ""}${last}`,
  );
}
