import * as network from "@pulumi/azure-native/network";
import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { PEERING, peeringName } from "../../azure";
import { remoteSecret, remoteSecretMetadata, soundCredential, type ReaderCredential } from "../../istio/link";
import type { RegionNetwork, VirtualNetworkFacts } from "../cluster/cluster";
import { forUserSync } from "../internal/run-error";
import { READER_CREDENTIAL, type LinkedPeer } from "./peers";

/** Arguments of {@link Links}. */
export interface LinksArgs {
  readonly linked: readonly LinkedPeer[];
  /** Regions whose pods this one's reach directly; their networks are peered. */
  readonly routed: readonly string[];
  /** @default no peerings: a cluster without a network of ours */
  readonly network?: RegionNetwork | undefined;
  /** Regions whose peering this update does not make, or takes away; see {@link readHeldPeerings}. @default none */
  readonly heldPeerings?: readonly string[];
}

/** This region's side of the links to its peers; each peer makes its own. */
export class Links extends pulumi.ComponentResource {
  constructor(name: string, args: LinksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:link:Links", name, {}, opts);
    for (const { cluster, credential } of args.linked) {
      if (credential !== undefined) this.remoteSecret(cluster, credential);
    }
    let previous: pulumi.Resource[] = [];
    for (const { region, virtualNetwork } of args.linked) {
      if (args.network === undefined || virtualNetwork === undefined) continue;
      if (!args.routed.includes(region) || args.heldPeerings?.includes(region)) continue;
      previous = [this.peering(region, args.network, virtualNetwork, previous)];
    }
    this.registerOutputs({});
  }

  /** By it istiod watches the peer's services and endpoints. */
  private remoteSecret(cluster: string, credential: unknown): void {
    const peer = pulumi.secret(credential) as pulumi.Output<ReaderCredential>;
    new core.Secret(
      `remote-secret-${cluster}`,
      {
        // Plain, and not taken from the credential: a secret name would hide which peer a preview means.
        metadata: remoteSecretMetadata(cluster),
        data: pulumi.secret(
          peer.apply((known) =>
            forUserSync(() => {
              const setting = `${READER_CREDENTIAL} of ${cluster}`;
              return { ...remoteSecret(soundCredential(setting, { ...known, cluster })).data };
            }),
          ),
        ),
      },
      { parent: this },
    );
  }

  private peering(
    region: string,
    own: RegionNetwork,
    peer: VirtualNetworkFacts,
    previous: pulumi.Resource[],
  ): network.VirtualNetworkPeering {
    return new network.VirtualNetworkPeering(
      `peering-${region}`,
      {
        resourceGroupName: own.resourceGroupName,
        virtualNetworkName: own.virtualNetworkName,
        virtualNetworkPeeringName: peeringName(region),
        remoteVirtualNetwork: { id: peer.id },
        ...PEERING,
      },
      {
        parent: this,
        // A network made anew keeps its id, and a peering with the old one stays Disconnected for ever. This alone
        // makes it anew where Azure could not be asked for the state of the peering.
        replacementTrigger: peer.resourceGuid,
        deleteBeforeReplace: true,
        // Azure's to say. azure-native has them as inputs as well, and a refresh that finds another state than the
        // creation did, Connected after Initiated, would plan to take it back for ever.
        ignoreChanges: ["peeringState", "peeringSyncLevel"],
        // Azure takes one change of a virtual network at a time.
        dependsOn: previous,
      },
    );
  }
}
