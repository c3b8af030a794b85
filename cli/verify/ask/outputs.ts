import { PulumiFailure } from "../../repair/stack";
import type { StackFacts } from "../facts";

/** Runs `pulumi` on a stack and returns what it printed. */
export type RunPulumi = (stack: string, args: readonly string[]) => Promise<string>;

/** A region's stack that was never brought up, or was destroyed. */
export class NoRegionError extends Error {
  override readonly name = "NoRegionError";
}

/** What a region's stack says, and the kubeconfig by which its cluster is reached: not for printing. */
export interface RegionOutputs {
  readonly facts: StackFacts;
  readonly kubeconfig: string;
}

/** Reads the outputs of a region's stack. */
export async function regionOutputs(pulumi: RunPulumi, region: string): Promise<RegionOutputs> {
  const outputs = await outputsOf(pulumi, region, ["--show-secrets"]);
  const {
    kubeconfig,
    linkedPeers = [],
    pendingPeers = [],
    rootFingerprint = "",
    policyMatrix = {},
  } = outputs;
  if (Object.keys(outputs).length === 0)
    throw new NoRegionError(`stack ${region} has no outputs: it was never brought up, or was destroyed`);
  // The engine leaves out what it cannot decrypt, without a word.
  if (typeof kubeconfig !== "string" || kubeconfig === "")
    throw new Error(
      `stack ${region} shows no kubeconfig: set the PULUMI_CONFIG_PASSPHRASE, or sign in to the key, that it is encrypted with`,
    );
  return { kubeconfig, facts: { linkedPeers, pendingPeers, rootFingerprint, policyMatrix } };
}

/** PEM of the roots that the stack `global` shows. */
export async function globalRoots(pulumi: RunPulumi, stack: string): Promise<string> {
  const { roots } = await outputsOf(pulumi, stack, []);
  if (roots === undefined)
    throw new Error(`stack ${stack} shows no roots: bring it up: pulumi up --stack ${stack}`);
  return roots.join("\n");
}

interface Outputs extends Partial<StackFacts> {
  readonly kubeconfig?: unknown;
  readonly roots?: readonly string[];
}

async function outputsOf(pulumi: RunPulumi, stack: string, flags: readonly string[]): Promise<Outputs> {
  try {
    return JSON.parse(await pulumi(stack, ["stack", "output", "--json", ...flags])) as Outputs;
  } catch (error) {
    if (error instanceof PulumiFailure && /no stack named|does not exist/.test(error.message))
      throw new NoRegionError(`there is no stack ${stack}`);
    throw error;
  }
}
