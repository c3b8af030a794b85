import type { VirtualNetworkFacts } from "../cluster/cluster";
import { readContract } from "../internal/contract";
import type { StackReading } from "../internal/stack";

/** A peer whose stack says everything that a link needs. */
export interface LinkedPeer {
  readonly state: "linked";
  readonly region: string;
  readonly cluster: string;
  /**
   * Credential of the peer's reader; a secret output of the engine, never looked into here. Absent where no istiod
   * of this region reads the peer.
   */
  readonly credential?: unknown;
  /** Credential of the peer's Kiali, secret like the other; absent where the peer has none. */
  readonly kialiCredential?: unknown;
  /** Addresses that the peer's istiod comes from. */
  readonly egressAddresses: readonly string[];
  /** Absent where the peer has no network to be peered with. */
  readonly virtualNetwork?: VirtualNetworkFacts;
  /** Whether the peer lists this region among its own linked peers. */
  readonly mutual: boolean;
}

/** Why a peer is not linked yet. */
export type PendingReason = Exclude<StackReading["kind"], "outputs">;

/** A peer that is to be linked as soon as it stands. */
export interface PendingPeer {
  readonly state: "pending";
  readonly region: string;
  readonly cluster: string;
  readonly stack: string;
  readonly reason: PendingReason;
}

/** One other region of the mesh, as its stack shows it. */
export type Peer = LinkedPeer | PendingPeer;

/** The regions that a peer is judged between. */
export interface PeerQuestion {
  /** Name of the region that asks. */
  readonly self: string;
  /** Name of the peer's region. */
  readonly region: string;
  /** Name of the peer's cluster in the mesh. */
  readonly cluster: string;
  /** Whether the region's own last update linked the peer. */
  readonly linkedBefore: boolean;
  /** Whether an istiod of this region reads the peer. @default true */
  readonly reads?: boolean;
}

/** Name of the output that peers read this cluster by. */
export const READER_CREDENTIAL = "readerCredential";

/** Name of the output that the peers' Kialis look at this cluster by. */
export const KIALI_CREDENTIAL = "kialiCredential";

/** Name of the output that lists the regions whose links are written. */
export const LINKED_PEERS = "linkedPeers";

/**
 * The peers that a region's own last update linked; none before its first one. Nothing else of its outputs
 * matters: what is missing of them this update makes anew.
 */
export function linkedBefore(own: StackReading): readonly string[] {
  if (own.kind !== "outputs" || own.outputs[LINKED_PEERS] === undefined) return [];
  return texts(own, LINKED_PEERS);
}

/**
 * Says what a peer is. Only what its stack plainly says makes it pending; whatever else is wrong with what
 * was read is an error, so that a fault in reading never takes a link away. So is a linked peer whose stack
 * shows nothing: backends answer that there is no such stack to whoever may not read it, too.
 */
export function judgePeer(question: PeerQuestion, reading: StackReading): Peer {
  const { self, region, cluster, reads = true } = question;
  if (reading.kind !== "outputs") {
    if (question.linkedBefore && reading.kind !== "no-resources") throw new Error(lost(question, reading));
    return { state: "pending", region, cluster, stack: reading.stack, reason: reading.kind };
  }
  const { stack, outputs } = reading;
  const contract = readContract(stack, outputs);
  if (contract.cluster !== cluster) {
    throw new Error(
      `stack ${stack} says that its cluster is ${contract.cluster ?? "none"}, the regions table says ${cluster}: ` +
        "a remote secret under the wrong name would link the wrong cluster. Give each region its own stack name",
    );
  }
  if (reads && outputs[READER_CREDENTIAL] === undefined) {
    throw new Error(`stack ${stack} exports no ${READER_CREDENTIAL}: bring it up once with this version`);
  }
  const virtualNetwork = networkOf(reading);
  return {
    state: "linked",
    region,
    cluster,
    ...(reads ? { credential: outputs[READER_CREDENTIAL] } : {}),
    ...(outputs[KIALI_CREDENTIAL] === undefined ? {} : { kialiCredential: outputs[KIALI_CREDENTIAL] }),
    egressAddresses: texts(reading, "egressAddresses"),
    ...(virtualNetwork === undefined ? {} : { virtualNetwork }),
    mutual: texts(reading, LINKED_PEERS).includes(self),
  };
}

/** The outputs that say how a region stands to its peers; names of regions, sorted. */
export interface LinkSummary {
  /** Written here: what this side of a link is made of in the mesh's topology (docs/topologies.md). */
  readonly linkedPeers: readonly string[];
  /** Linked here, and the peer lists this region too. */
  readonly mutualPeers: readonly string[];
  /** Waited for: a later update links them. */
  readonly pendingPeers: readonly string[];
}

/** Names of the peers by how they stand. */
export function summarize(peers: readonly Peer[]): LinkSummary {
  const names = (keep: (peer: Peer) => boolean): string[] =>
    peers
      .filter(keep)
      .map((peer) => peer.region)
      .toSorted();
  return {
    linkedPeers: names((peer) => peer.state === "linked"),
    mutualPeers: names((peer) => peer.state === "linked" && peer.mutual),
    pendingPeers: names((peer) => peer.state === "pending"),
  };
}

const REASONS = {
  "unknown-stack": "does not exist yet",
  "no-resources": "holds no resources: it was never brought up, or was destroyed",
  "no-outputs": "has no outputs yet: its first update did not finish",
} as const satisfies Record<PendingReason, string>;

/** What a person is told of a pending peer. */
export function pendingWarning(self: string, peer: PendingPeer): string {
  return (
    `region ${peer.region} is pending, not linked: its stack ${peer.stack} ${REASONS[peer.reason]}. ` +
    `When it stands, run pulumi up --stack ${self} once more. If it is gone for good, take it out of global-mesh:regions`
  );
}

const LOST = {
  "unknown-stack": "does not exist, or you may not read it",
  "no-outputs": "has resources but no outputs",
} as const satisfies Partial<Record<PendingReason, string>>;

/** What a person is told of a linked peer whose stack no longer says anything. */
function lost(
  { self, region }: PeerQuestion,
  { kind, stack }: { kind: keyof typeof LOST; stack: string },
): string {
  return (
    `region ${region} is linked, and its stack ${stack} ${LOST[kind]}. The link is kept and nothing was changed. ` +
    `See that you may read the stack and that its last update finished: pulumi up --stack ${region}. If the ` +
    "region is gone for good, name it in global-mesh:leaving or take it out of global-mesh:regions, and run " +
    `pulumi up --stack ${self} once more`
  );
}

type Outputs = Extract<StackReading, { readonly kind: "outputs" }>;

/** A list of texts among the outputs. Taking a broken one for empty would take an address or a link away. */
function texts({ stack, outputs }: Outputs, name: string): readonly string[] {
  const value = outputs[name];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new Error(malformed(stack, name, "a list of texts"));
}

/** Absent where the peer's cluster is an existing one. */
function networkOf({ stack, outputs }: Outputs): VirtualNetworkFacts | undefined {
  const value = outputs["virtualNetwork"];
  if (value === undefined || isNetwork(value)) return value;
  throw new Error(malformed(stack, "virtualNetwork", "an object with id and resourceGuid, or nothing"));
}

/** Without the value, which may be of any kind here, a secret too. */
function malformed(stack: string, name: string, allowed: string): string {
  return (
    `stack ${stack}: output ${name} is not understood; allowed is ${allowed}. Bring the stack up once with this ` +
    `version: pulumi up --stack ${stack}`
  );
}

function isNetwork(value: unknown): value is VirtualNetworkFacts {
  return (
    typeof value === "object" &&
    value !== null &&
    "id" in value &&
    typeof value.id === "string" &&
    "resourceGuid" in value &&
    typeof value.resourceGuid === "string"
  );
}
