import { hasIstiod, regionOf, type Mesh } from "../../topology";
import type { StackReading } from "./stack";

/** Outputs that say what kind of region stands. */
export const STANDING = {
  meshKind: "meshKind",
  topology: "topology",
  network: "network",
  /** In a remote only: the cluster whose istiod runs its proxies. */
  controlPlane: "controlPlane",
} as const;

/** What a region is to be, by the settings. */
export interface StandingQuestion {
  readonly region: string;
  readonly mesh: Mesh;
  readonly meshKind: "istio" | "linkerd";
}

/**
 * Refuses settings that would make another kind of region of one that stands, be it this one or a peer. No order of
 * updates leads there while requests go on: between the first and the last of them proxies ask an istiod that is gone,
 * or take a way between the networks that does not exist yet.
 * @param reading what the region's last update said; one that said nothing binds nobody.
 */
export function checkStanding(question: StandingQuestion, reading: StackReading): void {
  // What has no contract is no region of ours, and is refused as such.
  if (reading.kind !== "outputs" || reading.outputs["linkContract"] === undefined) return;
  const { mesh, meshKind } = question;
  const { stack, outputs } = reading;
  const region = regionOf(mesh, question.region);
  const runsItself = "an istiod of its own";
  const changes = [
    // Versions that had one kind of each did not say which.
    change("meshKind", outputs[STANDING.meshKind] ?? "istio", meshKind),
    change("topology", outputs[STANDING.topology] ?? "flat", mesh.topology),
    change(`regions.${region.name}.network`, outputs[STANDING.network], region.network),
    change(
      "primary",
      outputs[STANDING.controlPlane] ?? runsItself,
      hasIstiod(region) ? runsItself : regionOf(mesh, region.controlPlane).cluster,
    ),
  ].flat();
  if (changes.length === 0) return;
  throw new Error(
    `stack ${stack} stands, and the settings would make another kind of region of it: ${changes.join("; ")}. What ` +
      "runs there would lose its istiod or its way to other regions, so that is decided before a region comes up. " +
      "Nothing was changed. Write again what stands; or take the whole mesh down, remotes before their primary, and " +
      `bring it up anew: pulumi destroy --stack ${region.name}`,
  );
}

function change(setting: string, stands: unknown, wanted: string): readonly string[] {
  if (typeof stands !== "string" || stands === wanted) return [];
  return [`global-mesh:${setting}: got ${wanted}, stands as ${stands}`];
}
