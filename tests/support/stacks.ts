import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileSettings } from "../../config/project";
import { CERTIFICATE } from "./mock-resources";
import { engineError, runProgram, stackName, type Invokes, type Run } from "./mocks";

const ROOT = path.resolve(__dirname, "..", "..");

/** Settings of a stack as the tracked files say them, with what they leave to the user. */
export function trackedConfig(stack: string): Record<string, string> {
  const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");
  return {
    ...fileSettings(read("Pulumi.yaml")),
    ...fileSettings(read(`Pulumi.${stack}.yaml`)),
    "global-mesh:apiAccess": JSON.stringify({ authorizedRanges: ["198.51.100.0/24"] }),
  };
}

/** What a stack of the mesh shows to the others. */
export interface ShownStack {
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly secretOutputNames?: readonly string[];
  /** Resources that the stack has where it has no outputs. @default none */
  readonly resources?: readonly string[];
}

const networkId = (region: string): string =>
  `/subscriptions/s/resourceGroups/global-mesh-${region}/providers/Microsoft.Network/virtualNetworks/${region}-network`;

/** Outputs of a region as its peers read them. */
export function regionStack(
  region: string,
  index: number,
  linkedPeers: readonly string[] = [],
  more: Readonly<Record<string, unknown>> = {},
): ShownStack {
  return {
    outputs: {
      ...more,
      linkContract: {
        version: 1,
        cluster: `${region}-cluster`,
        secretNames: ["kubeconfig", "readerCredential"],
      },
      egressAddresses: [`203.0.113.${index}`],
      virtualNetwork: { id: networkId(region), resourceGuid: `guid-${region}` },
      linkedPeers,
      kubeconfig: `kubeconfig-of-${region}`,
      readerCredential: {
        cluster: `${region}-cluster`,
        server: `https://${region}.example:443`,
        caData: "Q0E=",
        token: `token-of-${region}`,
      },
    },
    secretOutputNames: ["kubeconfig", "readerCredential"],
  };
}

/** Outputs of the stack `global`. */
export function globalStack(regions: readonly string[]): ShownStack {
  const names = regions.map((region) => `intermediate-${region}`);
  const intermediate = { certPem: CERTIFICATE, keyPem: "key", chainPem: CERTIFICATE, roots: [CERTIFICATE] };
  return {
    outputs: {
      linkContract: { version: 1, secretNames: names },
      roots: [CERTIFICATE],
      rootFingerprint: "AA:BB",
      ...Object.fromEntries(names.map((name) => [name, intermediate])),
    },
    secretOutputNames: names,
  };
}

/** Outputs of the stack `global` of a mesh with Linkerd. */
export function linkerdGlobalStack(regions: readonly string[]): ShownStack {
  const names = regions.map((region) => `issuer-${region}`);
  const { outputs, secretOutputNames = [] } = globalStack(regions);
  const secretNames = [...secretOutputNames, ...names];
  const issuer = { certPem: CERTIFICATE, keyPem: "key-of-the-issuer", anchors: [CERTIFICATE] };
  return {
    outputs: {
      ...outputs,
      linkContract: { version: 1, secretNames },
      anchors: [CERTIFICATE],
      anchorFingerprint: "CC:DD",
      ...Object.fromEntries(names.map((name) => [name, issuer])),
    },
    secretOutputNames: secretNames,
  };
}

/** The functions of the engine that read other stacks, over the stacks that are given. */
export function stackReaders(stacks: Readonly<Record<string, ShownStack>>): Invokes {
  const find = (name: unknown): ShownStack => {
    const found = Object.entries(stacks).find(([stack]) => stackName(stack) === name);
    if (found === undefined) throw engineError(`unknown stack "${String(name)}"`);
    return found[1];
  };
  return {
    "pulumi:pulumi:readStackOutputs": ({ name }) => {
      const { outputs = {}, secretOutputNames = [] } = find(name);
      return { name, outputs, secretOutputNames };
    },
    "pulumi:pulumi:readStackResourceOutputs": ({ stackName: name }) => ({
      name,
      outputs: Object.fromEntries((find(name).resources ?? []).map((urn) => [urn, {}])),
    }),
  };
}

/** A kubeconfig as AKS gives it to a user of a cluster with Entra. */
export const AKS_KUBECONFIG = `apiVersion: v1
kind: Config
clusters:
- name: eastus-cluster
  cluster:
    certificate-authority-data: Q0E=
    server: https://eastus-cluster-abc.hcp.eastus.azmk8s.io:443
contexts:
- name: eastus-cluster
  context:
    cluster: eastus-cluster
    user: clusterUser_global-mesh-eastus_eastus-cluster
current-context: eastus-cluster
users:
- name: clusterUser_global-mesh-eastus_eastus-cluster
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - get-token
      - --environment
      - AzurePublicCloud
      - --server-id
      - 6dae42f8-4368-4678-94ff-3960e28e3630
      - --client-id
      - 80faf920-1908-4b52-b5ef-a8e7bedfc67a
      - --tenant-id
      - 11111111-2222-3333-4444-555555555555
      - --login
      - devicecode
      command: kubelogin
      env: null
      provideClusterInfo: false
`;

/** Azure's functions, with a DNS label that nobody else has. */
export const azureFunctions: Invokes = {
  "azure-native:containerservice:listManagedClusterUserCredentials": () => ({
    kubeconfigs: [{ name: "clusterUser", value: Buffer.from(AKS_KUBECONFIG).toString("base64") }],
  }),
  // No network stands yet, so no peering hangs on one.
  "azure-native:network:getVirtualNetwork": () => {
    throw engineError('Status=404 Code="ResourceNotFound"');
  },
  // The check of the DNS label has tests of its own; here Azure cannot be asked.
  "azure-native:authorization:getClientToken": () => {
    throw engineError("no token here");
  },
  "azure-native:authorization:getClientConfig": () => {
    throw engineError("no sign-in here");
  },
};

/**
 * Runs the real program for one stack, with a kubelogin on the path.
 * @param unset settings of the tracked files that this stack does not say.
 */
export async function runStack(
  stack: string,
  stacks: Readonly<Record<string, ShownStack>>,
  config: Readonly<Record<string, string>> = {},
  secretKeys: readonly string[] = [],
  azure: Invokes = {},
  unset: readonly string[] = [],
): Promise<Run> {
  const bin = mkdtempSync(path.join(os.tmpdir(), "kubelogin-"));
  const before = process.env["PATH"];
  try {
    writeFileSync(path.join(bin, "kubelogin"), "#!/bin/sh\n", { mode: 0o755 });
    process.env["PATH"] = bin;
    const program = (await import("../../index")) as unknown as { default: () => Promise<unknown> };
    return await runProgram(
      {
        stack,
        config: Object.fromEntries(
          Object.entries({ ...trackedConfig(stack), ...config }).filter(([key]) => !unset.includes(key)),
        ),
        secretKeys,
        invokes: { ...stackReaders(stacks), ...azureFunctions, ...azure },
      },
      program.default,
    );
  } finally {
    process.env["PATH"] = before;
    rmSync(bin, { recursive: true });
  }
}
