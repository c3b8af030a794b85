import type { Overrides } from "./overrides";

/** Which istiod runs a region's proxies, where not each region has its own. */
export type ControlPlaneInput =
  /** This region's, and it runs those of remotes, too. */
  | { readonly kind: "primary" }
  /** Another region's, at that address. */
  | { readonly kind: "remote"; readonly address: string };

/**
 * What makes a region the primary of remotes, or a remote, as in Istio's "Install Primary-Remote".
 *
 * A remote has no validating webhook: nobody gives it a certificate there, so it would refuse every object, and the
 * objects of a remote are read by nobody. Its injecting webhook calls the primary's istiod and says by its path which
 * cluster and network the pod is in.
 */
export function controlPlaneValues(
  controlPlane: ControlPlaneInput | undefined,
  region: { readonly clusterName: string; readonly network: string },
): Overrides {
  switch (controlPlane?.kind) {
    case undefined:
      return {};
    case "primary":
      return { istiod: { global: { externalIstiod: true } } };
    case "remote":
      return {
        base: { profile: "remote", defaultRevision: "" },
        istiod: {
          profile: "remote",
          global: { remotePilotAddress: controlPlane.address },
          istiodRemote: { injectionPath: `/inject/cluster/${region.clusterName}/net/${region.network}` },
        },
      };
  }
}
