import * as pulumi from "@pulumi/pulumi";
import type { ReaderCredential } from "../istio/link";
import type { PolicyMatrix } from "../istio/matrix";
import type { Region } from "../topology";
import type { Cluster } from "./cluster/cluster";
import { linkContract } from "./internal/contract";
import { KIALI_CREDENTIAL, READER_CREDENTIAL, summarize, type Peer } from "./link/peers";
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
  readonly credential: pulumi.Output<ReaderCredential>;
  /** By which the peers' Kialis look at this cluster. @default no Kiali */
  readonly kialiCredential?: pulumi.Output<ReaderCredential> | undefined;
  readonly appliedPolicies: readonly string[];
  readonly policyMatrix: PolicyMatrix;
}

/** Outputs of a region's stack; docs/outputs.md describes each. */
export function regionOutputs(args: RegionOutputsArgs): Record<string, unknown> {
  const { cluster, region, kialiCredential } = args;
  const kiali = kialiCredential === undefined ? {} : { [KIALI_CREDENTIAL]: pulumi.secret(kialiCredential) };
  const { linkedPeers, mutualPeers, pendingPeers } = summarize(args.peers);
  return {
    linkContract: linkContract(["kubeconfig", READER_CREDENTIAL, ...Object.keys(kiali)], region.cluster),
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
    [READER_CREDENTIAL]: pulumi.secret(args.credential),
    ...kiali,
  };
}

/** Outputs of the `global` stack. */
export function globalOutputs(trust: GlobalTrust): Record<string, unknown> {
  const intermediates = Object.entries(trust.intermediates).map(
    ([region, intermediate]) => [intermediateOutput(region), pulumi.secret(intermediate)] as const,
  );
  return {
    linkContract: linkContract(intermediates.map(([name]) => name)),
    roots: trust.roots,
    rootFingerprint: trust.rootFingerprint,
    ...Object.fromEntries(intermediates),
  };
}
