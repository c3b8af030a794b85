import type { IstiodPorts } from "../../sandbox/addresses/layout";
import type { Overlay } from "../../sandbox/project/overlay";
import { hasIstiod, type Mesh, type Region } from "../../topology";

export interface OverlayInput {
  /** Folder with the Istio charts. */
  readonly charts: string;
  readonly mesh: Mesh;
  readonly region: Region;
  /** Ports of the istiod that runs the region's proxies. */
  readonly istiod: IstiodPorts;
  /** Where the ARM stand-in answers. */
  readonly armUrl: string;
  readonly subscriptionId: string;
}

/**
 * What the sandbox says in a region's stack file beside the tracked settings: all of it documented settings
 * of the program, none of which is known to the program as the sandbox's.
 */
export function regionOverlay(o: OverlayInput): Overlay {
  const istiod = `https://localhost:${o.istiod.https}`;
  const { cluster, network } = o.region;
  const inject = hasIstiod(o.region) ? "/inject" : `/inject/cluster/${cluster}/net/${network}`;
  return {
    "azure-native:subscriptionId": o.subscriptionId,
    // Whoever asks Azure directly, as the check of the DNS label does, finds the stand-in.
    "azure-native:metadataHost": o.armUrl,
    "global-mesh:charts": { repository: null, registry: null, folder: o.charts },
    "global-mesh:apiAccess": { authorizedRanges: ["127.0.0.0/8"] },
    "global-mesh:protect": false,
    // An EndpointSlice, by which remotes find their istiod, takes no loopback address as the public ones here are.
    ...(o.mesh.topology === "primary-remote" ? { "global-mesh:eastWest": { exposure: "internal" } } : {}),
    "global-mesh:values": {
      // The API server calls the webhooks of an istiod that is no pod of a Service here.
      base: { base: { validationURL: `${istiod}/validate` } },
      istiod: {
        // This chart has a validating webhook too, for objects of one revision; it reads the same name as base.
        base: { validationURL: `${istiod}/validate` },
        istiodRemote: { injectionURL: `${istiod}${inject}` },
        env: {
          // The certificate of istiod carries DNS names only.
          ISTIOD_CUSTOM_HOST: "localhost",
          // Filters of Istio's own Envoy build, which upstream Envoy does not have.
          PILOT_ENABLE_METADATA_EXCHANGE: "false",
          PILOT_ENABLE_ALPN_FILTER: "false",
        },
        meshConfig: { defaultProviders: { metrics: [] } },
      },
    },
  };
}

/** The overlay of the `global` stack. */
export function globalOverlay(): Overlay {
  return { "global-mesh:protect": false };
}
