import { readFileSync } from "node:fs";
import path from "node:path";
import { regionAddresses } from "../../sandbox/addresses/layout";
import type { SandboxIdentity } from "../../sandbox/home";
import type { KubeObject } from "../../sandbox/kube";
import { repairStack } from "../repair/stack";
import { requireIdentity, sandboxContext } from "../sandbox/context";
import { sandboxEnvironment } from "../sandbox/environment";
import { istiodPage } from "../sandbox/istiod";
import { UsageError } from "../usage";
import { forwardedDoor, type ForwardArgs } from "./ask/forward";
import type { IstiodDoor } from "./ask/istiod";
import type { RunPulumi } from "./ask/outputs";
import { sandboxWays, type SandboxWays } from "./sandbox";

/** Where a mesh stands and how it is asked. The sandbox differs from any other cluster here and nowhere else. */
export interface Place {
  /** Reads stacks. @default no stack is asked, clusters are reached by `kubeconfig` */
  readonly pulumi?: RunPulumi;
  /** A kubeconfig with a context for each cluster, named like it. @default that of each stack */
  readonly kubeconfig?: string;
  /** Environment of what is run. */
  readonly env: NodeJS.ProcessEnv;
  /** @default the mesh stands in no sandbox */
  readonly sandbox?: SandboxWays;
  /** The way to the istiods of a region, by its API server. */
  door(region: string, by: Omit<ForwardArgs, "signal">): IstiodDoor;
  isSimulated(pod: KubeObject): boolean;
}

/** What says where a mesh stands. */
export interface PlaceOptions {
  readonly program?: string;
  readonly home?: string;
  readonly kubeconfig?: string;
}

/** The place that the options mean: a sandbox, a kubeconfig file, or the stacks of the user's own backend. */
export function placeOf(options: PlaceOptions, signal: AbortSignal): Place {
  if (options.home !== undefined) return sandboxPlace(options.home, options.program, signal);
  const { env } = process;
  const common = {
    env,
    door: (_region, by) => forwardedDoor({ ...by, signal }),
    isSimulated: () => false,
  } satisfies Place;
  if (options.kubeconfig !== undefined) return { ...common, kubeconfig: readKubeconfig(options.kubeconfig) };
  const folder = path.resolve(options.program ?? ".");
  return {
    ...common,
    pulumi: (stack, args) => repairStack({ name: stack, folder, env, signal }).pulumi(args),
  };
}

function sandboxPlace(root: string, program: string | undefined, signal: AbortSignal): Place {
  const { home } = sandboxContext({ home: root, ...(program === undefined ? {} : { program }) });
  const identity = requireIdentity(home);
  const env = sandboxEnvironment(home);
  const command = path.join(home.bin, "pulumi");
  const folder = home.project;
  return {
    env,
    sandbox: sandboxWays({ home: root, program }),
    pulumi: (stack, args) => repairStack({ name: stack, command, folder, env, signal }).pulumi(args),
    door: (region) => knownDoor(identity, region),
    isSimulated: ({ metadata }) => metadata.labels?.["sandbox/simulated"] !== undefined,
  };
}

/** No kubelet forwards ports there; a region has one istiod, at an address that is known. */
function knownDoor({ block, slots }: SandboxIdentity, region: string): IstiodDoor {
  return {
    get: (_pod, page) => {
      const slot = slots[region];
      if (slot === undefined) throw new Error(`region ${region} has no addresses in this sandbox`);
      return istiodPage(regionAddresses(block, slot).istiod.monitoring, page);
    },
  };
}

function readKubeconfig(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code = "unreadable" } = error as NodeJS.ErrnoException;
    throw new UsageError(`--kubeconfig ${file}: cannot be read (${code}).`);
  }
}
