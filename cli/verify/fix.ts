import type { Outcome } from "./check";
import type { Outcomes } from "./judge";
import type { SandboxWays } from "./sandbox";

/** Where commands of a fix are run. */
export interface FixPlace {
  /** Cluster of the region; contexts are named like it. @default commands of the mesh as a whole name none */
  readonly cluster?: string | undefined;
  /** @default the mesh stands in no sandbox */
  readonly sandbox?: SandboxWays | undefined;
}

/**
 * The commands of a fix as they can be pasted: each names its cluster, and in a sandbox goes by the sandbox's shell,
 * since its pulumi is not on PATH and its kubeconfig is nobody's current one. Nobody is asked there, either: `--yes`.
 */
export function pasteable(fix: string, { cluster, sandbox }: FixPlace): string {
  const placed =
    cluster === undefined
      ? fix
      : fix
          .replace(/\bkubectl (?=-n )/g, `kubectl --context ${cluster} `)
          .replace(/\bhelm (?=-n )/g, `helm --kube-context ${cluster} `);
  if (sandbox === undefined) return placed;
  return placed
    .replace(/\bpulumi up(?= --)/g, "pulumi up --yes")
    .replace(
      /\b(?:pulumi (?:up|preview) --|(?:kubectl|helm) -|istioctl proxy-)/g,
      (found) => `${sandbox.shell} ${found}`,
    );
}

/** The same of each fault of a region, or of the mesh. */
export function withPasteableFixes(outcomes: Outcomes, place: FixPlace): Outcomes {
  const entries = Object.entries(outcomes).map(([check, outcome]: [string, Outcome]) => {
    const faults = outcome.faults.map((fault) => ({ ...fault, fix: pasteable(fault.fix, place) }));
    return [check, { ...outcome, faults }] as const;
  });
  return Object.fromEntries(entries) as unknown as Outcomes;
}
