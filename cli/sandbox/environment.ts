import { existsSync } from "node:fs";
import path from "node:path";
import { RUN_MARK } from "../../sandbox/processes/marked";
import type { SandboxHome } from "../../sandbox/home";

/** The policy pack that every preview and update of a sandbox runs under. */
const GUARDRAILS = path.join(__dirname, "..", "..", "guardrails");

/** Environment variables that would lead Pulumi, Helm or kubectl out of the sandbox. */
const FOREIGN = /^(PULUMI_|ARM_|AZURE_|KUBE|HELM_|ISTIO)/;

/**
 * The environment in which pulumi, kubectl, helm and istioctl talk to a sandbox: its own Pulumi home, backend
 * and tools, and nothing of the user's own clouds and clusters.
 */
export function sandboxEnvironment(
  home: SandboxHome,
  base: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const kept = Object.fromEntries(
    Object.entries(base).filter((entry): entry is [string, string] => {
      return entry[1] !== undefined && !FOREIGN.test(entry[0]);
    }),
  );
  // gRPC sends what goes to a loopback address through a proxy too, unless told not to.
  const direct = [base["no_proxy"] ?? base["NO_PROXY"], "localhost,127.0.0.0/8"].filter(Boolean).join(",");
  return {
    ...kept,
    no_proxy: direct,
    NO_PROXY: direct,
    no_grpc_proxy: direct,
    PATH: `${home.bin}${path.delimiter}${base["PATH"] ?? ""}`,
    PULUMI_HOME: home.pulumiHome,
    // Without files of attributes beside the states: they are written in place, and a kill in between makes the engine
    // call the state unreadable.
    PULUMI_BACKEND_URL: `file://${home.backend}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE_FILE: home.passphraseFile,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // A plugin on the user's PATH would be taken before the sandbox's own, the real azure-native included.
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    // The flag --policy-pack of every command that has it.
    PULUMI_OPTION_POLICY_PACK: csv(GUARDRAILS),
    // The engine takes none without a pack, so it is set only where there is something to say.
    ...(existsSync(home.guardrails) ? { PULUMI_OPTION_POLICY_PACK_CONFIG: csv(home.guardrails) } : {}),
    // Helm's caches and settings stay in the sandbox too.
    HELM_CACHE_HOME: path.join(home.root, "helm", "cache"),
    HELM_CONFIG_HOME: path.join(home.root, "helm", "config"),
    HELM_DATA_HOME: path.join(home.root, "helm", "data"),
    TMPDIR: home.shellTmp,
    KUBECONFIG: path.join(home.root, "kubeconfig"),
  };
}

/** The CLI reads the value of such a variable as a line of CSV. */
function csv(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}

/** The same for commands that a run of ours starts, marked so that a later run can end what a killed one left. */
export function runEnvironment(
  home: SandboxHome,
  base: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  return { ...sandboxEnvironment(home, base), TMPDIR: home.tmp, [RUN_MARK]: home.root };
}
