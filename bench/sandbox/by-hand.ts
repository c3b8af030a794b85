import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { SandboxContext } from "../../cli/sandbox/context";
import { runEnvironment } from "../../cli/sandbox/environment";

const SCRIPTS = path.join(__dirname, "..", "by-hand");
const RELEASES = { base: "istio-base", istiod: "istiod", gateway: "istio-ingressgateway" } as const;
const POLICIES =
  "serviceentries,virtualservices,destinationrules,sidecars,peerauthentications,authorizationpolicies" as const;

interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

interface ReceivedObject extends KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/**
 * The manifests and values that a person would have in a folder, taken from a mesh that our program made: so that
 * both ways install the same.
 */
export async function writeInputs(
  context: SandboxContext,
  folder: string,
  regions: readonly string[],
): Promise<void> {
  for (const region of regions) {
    const target = path.join(folder, region);
    mkdirSync(target, { recursive: true, mode: 0o700 });
    const save = (name: string, value: unknown): void =>
      writeFileSync(path.join(target, name), JSON.stringify(value), { mode: 0o600 });
    const ours = (...what: string[]): Promise<KubeObject[]> => objects(context, region, what);
    save("namespaces.json", list(await ours("namespaces")));
    const access = await ours(
      "serviceaccounts,clusterroles,clusterrolebindings,roles,rolebindings,secrets",
      "-A",
    );
    save("reader.json", list(access.filter((object) => object.kind !== "Secret" || isToken(object))));
    for (const [chart, release] of Object.entries(RELEASES)) {
      const namespace = chart === "gateway" ? "istio-ingress" : "istio-system";
      const args = [
        "--kube-context",
        `${region}-cluster`,
        "get",
        "values",
        release,
        "-n",
        namespace,
        "-o",
        "json",
      ];
      save(`values-${chart}.json`, JSON.parse(await run(context, path.join(context.home.bin, "helm"), args)));
    }
  }
}

/** The policies as they stand now. */
export async function writePolicies(
  context: SandboxContext,
  folder: string,
  file: string,
  regions: readonly string[],
): Promise<void> {
  for (const region of regions) {
    const policies = await objects(context, region, [POLICIES, "-A"]);
    writeFileSync(path.join(folder, region, file), JSON.stringify(list(policies)));
  }
}

/** Runs one of bench/by-hand, with kubectl, helm and the kubeconfig of the sandbox. */
export async function byHand(
  context: SandboxContext,
  script: "install.sh" | "change.sh" | "remove.sh",
  args: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await run(context, path.join(SCRIPTS, script), args, signal);
}

async function objects(
  context: SandboxContext,
  region: string,
  what: readonly string[],
): Promise<KubeObject[]> {
  const selector = "app.kubernetes.io/part-of=global-mesh";
  const args = ["--context", `${region}-cluster`, "get", ...what, "--selector", selector, "-o", "json"];
  const found = JSON.parse(await run(context, path.join(context.home.bin, "kubectl"), args)) as {
    items: readonly ReceivedObject[];
  };
  return found.items.map(written);
}

/** What the API server adds, and the data of secrets. */
const NOT_WRITTEN = ["status", "data"];

function written(object: ReceivedObject): KubeObject {
  const { name, namespace, labels, annotations } = object.metadata;
  const said = Object.entries(annotations ?? {}).filter(
    ([key]) => key !== "kubernetes.io/service-account.uid",
  );
  const kept = Object.entries(object).filter(([key]) => !NOT_WRITTEN.includes(key));
  return {
    ...(Object.fromEntries(kept) as unknown as KubeObject),
    metadata: { name, namespace, labels, annotations: Object.fromEntries(said) },
  };
}

function isToken(object: KubeObject): boolean {
  return (object as { type?: unknown }).type === "kubernetes.io/service-account-token";
}

function list(items: readonly KubeObject[]): object {
  return { apiVersion: "v1", kind: "List", items };
}

function run(
  context: SandboxContext,
  command: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    // In a group of its own, so that an abort reaches what the script runs in the background too.
    const child = spawn(command, args, {
      env: runEnvironment(context.home),
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const end = (): void => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    };
    signal?.addEventListener("abort", end, { once: true });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => {
      signal?.removeEventListener("abort", end);
      if (code === 0) resolve(stdout);
      else
        reject(
          new Error(`${path.basename(command)} ended with code ${code ?? "none"}: ${stderr.slice(-2000)}`),
        );
    });
  });
}
