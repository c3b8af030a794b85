import * as pulumi from "@pulumi/pulumi";
import type { ReaderCredential } from "../istio/link";
import type { PolicyMatrix } from "../istio/matrix";
import type { Region } from "../topology";
import type { Cluster } from "./cluster/cluster";
import { linkContract } from "./internal/contract";
import { KIALI_CREDENTIAL, READER_CREDENTIAL, summarize, type Peer } from "./link/peers";
import type { LinkerdTrust } from "./linkerd/global";
import { issuerOutput } from "./linkerd/reading";
import type { GlobalTrust } from "./trust/global";
import { intermediateOutput } from "./trust/reading";

/** What the outputs of a region are made from. */
export interface RegionOutputsArgs {
  readonly region: Region;
  readonly cluster: Cluster;
  readonly trustDomain: string;
  readonly rootFingerprint: string;
  readonly peers: readonly Peer[];
  readonly heldPeerings: readonly string[];
  /** @default nobody reads the cluster, as where regions are not linked */
  readonly credential?: pulumi.Output<ReaderCredential>;
  /** By which the peers' Kialis look at this cluster. @default no Kiali */
  readonly kialiCredential?: pulumi.Output<ReaderCredential> | undefined;
  readonly appliedPolicies: readonly string[];
  readonly policyMatrix: PolicyMatrix;
}

/** Outputs of a region's stack; docs/outputs.md describes each. */
export function regionOutputs(args: RegionOutputsArgs): Record<string, unknown> {
  const { cluster, credential, region, kialiCredential } = args;
  const kiali = kialiCredential === undefined ? {} : { [KIALI_CREDENTIAL]: pulumi.secret(kialiCredential) };
  const reader = credential === undefined ? {} : { [READER_CREDENTIAL]: pulumi.secret(credential) };
  const secrets = { ...reader, ...kiali };
  const { linkedPeers, mutualPeers, pendingPeers } = summarize(args.peers);
  return {
    linkContract: linkContract(["kubeconfig", ...Object.keys(secrets)], region.cluster),
    clusterName: region.cluster,
    ...(cluster.clusterId === undefined ? {} : { clusterId: cluster.clusterId }),
    apiAddress: cluster.endpoint.apply((endpoint) => endpoint.server),
    ...(cluster.gateway === undefined
      ? {}
      : { gatewayFqdn: cluster.gateway.fqdn, gatewayIp: cluster.gateway.ip }),
    network: region.network,
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
    ...secrets,
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
