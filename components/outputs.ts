import * as pulumi from "@pulumi/pulumi";
import type { ReaderCredential } from "../istio/link";
import type { PolicyMatrix } from "../istio/matrix";
import type { Mesh, Region } from "../topology";
import type { Cluster } from "./cluster/cluster";
import { linkContract } from "./internal/contract";
import { STANDING } from "./internal/standing";
import { EAST_WEST_ADDRESS, PENDING_GATEWAYS, type ControlPlane } from "./link/control-plane";
import { KIALI_CREDENTIAL, READER_CREDENTIAL, summarize, type Peer } from "./link/peers";
import type { LinkerdTrust } from "./linkerd/global";
import { issuerOutput } from "./linkerd/reading";
import type { GlobalTrust } from "./trust/global";
import { intermediateOutput } from "./trust/reading";

/** What the outputs of a region are made from. */
export interface RegionOutputsArgs {
  readonly meshKind: "istio" | "linkerd";
  readonly mesh: Mesh;
  readonly region: Region;
  readonly cluster: Cluster;
  readonly trustDomain: string;
  readonly rootFingerprint: string;
  readonly peers: readonly Peer[];
  readonly heldPeerings: readonly string[];
  /** @default nobody reads the cluster, as where regions are not linked */
  readonly credential?: pulumi.Output<ReaderCredential> | undefined;
  /** @default the region has an istiod of its own, or none of Istio */
  readonly controlPlane?: ControlPlane | undefined;
  /** Releases of all gateways of the region. @default none */
  readonly gateways?: readonly string[];
  /** By which the peers' Kialis look at this cluster. @default no Kiali */
  readonly kialiCredential?: pulumi.Output<ReaderCredential> | undefined;
  readonly appliedPolicies: readonly string[];
  readonly policyMatrix: PolicyMatrix;
}

/** Outputs of a region's stack; docs/outputs.md describes each. */
export function regionOutputs(args: RegionOutputsArgs): Record<string, unknown> {
  const { cluster, region, controlPlane, credential, kialiCredential } = args;
  const credentials = {
    ...(credential === undefined ? {} : { [READER_CREDENTIAL]: pulumi.secret(credential) }),
    ...(kialiCredential === undefined ? {} : { [KIALI_CREDENTIAL]: pulumi.secret(kialiCredential) }),
  };
  const eastWestAddress = cluster.eastWest?.address;
  const { linkedPeers, mutualPeers, pendingPeers } = summarize(args.peers);
  return {
    linkContract: linkContract(["kubeconfig", ...Object.keys(credentials)], region.cluster),
    clusterName: region.cluster,
    ...(cluster.clusterId === undefined ? {} : { clusterId: cluster.clusterId }),
    apiAddress: cluster.endpoint.apply((endpoint) => endpoint.server),
    ...(cluster.gateway === undefined
      ? {}
      : { gatewayFqdn: cluster.gateway.fqdn, gatewayIp: cluster.gateway.ip }),
    [STANDING.meshKind]: args.meshKind,
    [STANDING.topology]: args.mesh.topology,
    [STANDING.network]: region.network,
    ...(eastWestAddress === undefined ? {} : { [EAST_WEST_ADDRESS]: eastWestAddress }),
    ...(controlPlane === undefined
      ? {}
      : {
          [STANDING.controlPlane]: controlPlane.cluster,
          [PENDING_GATEWAYS]: controlPlane.reading ? [] : args.gateways,
        }),
    ...(cluster.network === undefined ? {} : { virtualNetwork: cluster.network.facts }),
    egressAddresses: cluster.egressAddresses,
    trustDomain: args.trustDomain,
    rootFingerprint: args.rootFingerprint,
    linkedPeers,
    mutualPeers,
    pendingPeers,
    pendingPeerings: args.heldPeerings,
    appliedPolicies: args.appliedPolicies,
    policyMatrix: args.policyMatrix.objects,
    kubeconfig: pulumi.secret(cluster.kubeconfig),
    ...credentials,
  };
}

/**
 * Outputs of the `global` stack.
 * @param linkerd trust of Linkerd, where the mesh is Linkerd's.
 */
export function globalOutputs(trust: GlobalTrust, linkerd?: LinkerdTrust): Record<string, unknown> {
  const secrets = [
    ...Object.entries(trust.intermediates).map(
      ([region, intermediate]) => [intermediateOutput(region), pulumi.secret(intermediate)] as const,
    ),
    ...Object.entries(linkerd?.issuers ?? {}).map(
      ([region, issuer]) => [issuerOutput(region), pulumi.secret(issuer)] as const,
    ),
  ];
  return {
    linkContract: linkContract(secrets.map(([name]) => name)),
    roots: trust.roots,
    rootFingerprint: trust.rootFingerprint,
    ...(linkerd === undefined
      ? {}
      : { anchors: linkerd.anchors, anchorFingerprint: linkerd.anchorFingerprint }),
    ...Object.fromEntries<pulumi.Output<unknown>>(secrets),
  };
}
