import { clusterName } from "../topology";
import type { Mesh, Region, RolloutPhases } from "../topology";
import type { RegionStackSettings, SharedSettings } from "./schema";

/** Exactly one source of the Istio charts. */
export type ChartSource =
  | { readonly kind: "repository"; readonly url: string }
  | { readonly kind: "registry"; readonly url: string }
  | { readonly kind: "folder"; readonly path: string };

/** Helm values per chart. */
export type ChartValues = SharedSettings["values"];

/** Trust settings with the signing root decided. */
export type TrustSettings = Omit<SharedSettings["trust"], "signingRoot"> & { readonly signingRoot: string };

/** Settings of Linkerd with the source of its charts decided. */
export type LinkerdSettings = Omit<SharedSettings["linkerd"], "charts"> & { readonly charts: ChartSource };

/** What every stack knows. */
export interface CommonSettings extends Omit<
  SharedSettings,
  "charts" | "linkerd" | "trust" | "regions" | "topology"
> {
  readonly charts: ChartSource;
  readonly linkerd: LinkerdSettings;
  readonly trust: TrustSettings;
  /** The regions table, validated, with peers and networks to be asked for by topology/'s functions. */
  readonly mesh: Mesh;
}

/** Settings of the stack that owns what belongs to no region. */
export interface GlobalSettings extends CommonSettings {
  readonly role: "global";
  readonly stack: "global";
}

/** Settings of one region's stack. */
export interface RegionSettings extends CommonSettings, Omit<RegionStackSettings, "kubeconfig" | "dnsLabel"> {
  readonly role: "region";
  /** Name of the stack, which is the region's. */
  readonly stack: string;
  /** This stack's own region. */
  readonly region: Region;
  /** The Azure location; always the region's name. */
  readonly location: string;
  /** Phases of the canaries, from `rollouts.yaml`. */
  readonly rollouts: RolloutPhases;
  /** DNS label of the gateway's address. */
  readonly dnsLabel: string;
}

/** Settings of a stack. The kubeconfig of an existing cluster is not among them: load.ts hands it on as a secret. */
export type Settings = GlobalSettings | RegionSettings;

/** The seed's DNS label of a region's gateway, for a region that names none. */
export function clusterDnsLabel(region: string): string {
  return clusterName(region);
}
