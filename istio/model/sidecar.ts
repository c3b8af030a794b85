import type { IstioObject } from "./resource";

/** What the proxies of some workloads are told of. */
export interface SidecarSpec {
  readonly workloadSelector: { readonly labels: Readonly<Record<string, string>> };
  /** Hosts as `namespace/host`; either may be `*`. */
  readonly egress: readonly { readonly hosts: readonly string[] }[];
}

export type Sidecar = IstioObject<"Sidecar", SidecarSpec>;
