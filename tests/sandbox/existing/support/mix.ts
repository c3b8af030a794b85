import { readFileSync } from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { requireIdentity } from "../../../../cli/sandbox/context";
import { startExisting } from "../../../../cli/sandbox/existing";
import { prepareHome, preparePlugins, prepareTools, startDaemon } from "../../../../cli/sandbox/prepare";
import { regionAddresses } from "../../../../sandbox/addresses/layout";
import { KubeClient } from "../../../../sandbox/kube";
import { makeStanding, type Standing } from "../../../support/standing";

/** A mesh of eastus on AKS and of westeurope, which is a cluster that somebody else made. */
export interface Mix extends Standing {
  readonly existing: KubeClient;
  /** PEM. */
  readonly ca: string;
  readonly caKey: string;
  readonly server: string;
  readonly token: string;
}

/** Starts the existing cluster, as it stands before anybody thinks of a mesh; no stack is up yet. */
export async function startMix(): Promise<Mix> {
  const standing = makeStanding();
  try {
    standing.setRegion("southeastasia", undefined);
    standing.write("Pulumi.southeastasia.yaml", undefined);
    standing.edit(
      "Pulumi.westeurope.yaml",
      "global-mesh:dnsLabel: westeurope-cluster",
      "global-mesh:platform: existing\n  global-mesh:egressAddresses: [203.0.113.77]",
    );
    return { ...standing, ...(await boot(standing)) };
  } catch (error) {
    await standing.remove();
    throw error;
  }
}

/** What \`mesh sandbox up\` does before the first \`pulumi up\`. */
async function boot(standing: Standing) {
  const { context } = standing;
  const view = { report: () => undefined, title: () => undefined, note: () => undefined };
  const { signal } = new AbortController();
  const toolbox = await prepareTools(view, signal, context);
  const identity = await prepareHome(context, toolbox);
  await preparePlugins(context, identity, toolbox);
  standing.refreshProject();
  await startDaemon(context, toolbox, signal);
  await startExisting(context, toolbox.tools.get("kube-apiserver")?.version ?? "", view);
  const { home } = context;
  const pki = path.join(home.clusters, "westeurope-cluster", "pki");
  const ca = readFileSync(path.join(pki, "ca.crt"), "utf8");
  const token = readFileSync(home.operatorTokenFile, "utf8").trim();
  const { block, slots } = requireIdentity(home);
  const { host, apiServerPort } = regionAddresses(block, slots["westeurope"] ?? -1);
  const server = `https://${host}:${apiServerPort}`;
  const caData = Buffer.from(ca).toString("base64");
  return {
    existing: KubeClient.direct({ server, caData, token }),
    ca,
    caKey: readFileSync(path.join(pki, "ca.key"), "utf8"),
    server,
    token,
  };
}

/** A kubeconfig for the existing cluster. */
export function kubeconfig(
  mix: Mix,
  user: Readonly<Record<string, unknown>>,
  change: Readonly<Record<string, unknown>> = {},
): string {
  const cluster = {
    server: mix.server,
    "certificate-authority-data": Buffer.from(mix.ca).toString("base64"),
  };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "theirs", cluster }],
    users: [{ name: "me", user }],
    contexts: [{ name: "theirs", context: { cluster: "theirs", user: "me" } }],
    "current-context": "theirs",
    ...change,
  });
}

/** The settings of the generated stack file. */
export function generated(mix: Mix): Readonly<Record<string, unknown>> {
  const file = path.join(mix.context.home.project, "Pulumi.westeurope.yaml");
  return (parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> }).config;
}
