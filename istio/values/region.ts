import type { ChartValues } from "./profiles";

/** What the values of a region's charts depend on, besides the profile. */
export interface RegionInput {
  /**
   * Istio to install; stamped on the images because the charts in a source tree call themselves 1.0.0.
   * @example "1.31.1"
   */
  readonly istioVersion: string;
  /**
   * Registry path of the images.
   * @default what the chart says
   */
  readonly hub?: string;
  /** The control plane's revision; `default` is the one whose objects have no suffix. */
  readonly revision: string;
  /**
   * Name of the mesh, the same in all regions.
   * @example "mesh1"
   */
  readonly meshId: string;
  /**
   * Name of this cluster in the mesh; the key of the remote secrets that its peers hold.
   * @example "eastus-cluster"
   */
  readonly clusterName: string;
  /**
   * Network of this cluster's pods; clusters of one network reach each other's pods directly.
   * @example "network1"
   */
  readonly network: string;
  /**
   * First part of every identity, the same in all regions.
   * @example "cluster.local"
   */
  readonly trustDomain: string;
  /**
   * What proxies do with calls of hosts that they were told nothing of.
   * @default "ALLOW_ANY", as in Istio
   */
  readonly outboundTrafficPolicy?: "ALLOW_ANY" | "REGISTRY_ONLY";
  /**
   * Azure public address of the gateway, by its name and resource group.
   * @default the cloud gives the gateway an address of its own choice
   */
  readonly gatewayAddress?: { readonly name: string; readonly resourceGroup: string };
}

/** The values that make a control plane this region's member of the mesh. */
export function regionValues(input: RegionInput): ChartValues {
  const ofRevision = input.revision === "default" ? {} : { revision: input.revision };
  // The charts' reader may read every secret of the cluster; components/link makes a narrower one.
  const global = { enableReaderRBAC: false };
  return {
    base: {
      defaultRevision: input.revision,
      global,
      // From the first moment: istiod would otherwise turn Ignore into Fail and each upgrade turn it back.
      base: { validationFailurePolicy: "Fail" },
    },
    istiod: {
      ...ofRevision,
      global: {
        ...global,
        ...(input.hub === undefined ? {} : { hub: input.hub }),
        tag: input.istioVersion,
        meshID: input.meshId,
        multiCluster: { clusterName: input.clusterName },
        network: input.network,
      },
      base: { validationFailurePolicy: "Fail" },
      meshConfig: {
        trustDomain: input.trustDomain,
        ...(input.outboundTrafficPolicy === "REGISTRY_ONLY"
          ? { outboundTrafficPolicy: { mode: input.outboundTrafficPolicy } }
          : {}),
        // Every spelling of a path becomes one before policies and routes are asked: of /admin, //admin, /%61dmin,
        // /a/../admin and %2Fadmin Istio's own default brings only some together, and a policy that names /admin
        // would not see the others (istio.io/latest/docs/ops/best-practices/security, "path normalization").
        pathNormalization: { normalization: "DECODE_AND_MERGE_SLASHES" },
        // Global hosts exist in no DNS zone: the proxy answers for them, with addresses istiod allocates.
        defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true" } },
      },
      pilot: { env: { PILOT_ENABLE_IP_AUTOALLOCATE: "true" } },
    },
    gateway: {
      ...ofRevision,
      ...(input.gatewayAddress === undefined
        ? {}
        : {
            service: {
              annotations: {
                "service.beta.kubernetes.io/azure-pip-name": input.gatewayAddress.name,
                "service.beta.kubernetes.io/azure-load-balancer-resource-group":
                  input.gatewayAddress.resourceGroup,
              },
            },
          }),
    },
    // Workloads call it; from outside nothing does.
    egressGateway: { ...ofRevision, service: { type: "ClusterIP" } },
    internalGateway: {
      ...ofRevision,
      service: { annotations: { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" } },
    },
  };
}
