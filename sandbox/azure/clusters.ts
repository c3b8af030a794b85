import { createHash } from "node:crypto";
import { ArmError } from "./errors";
import { groupId, isWithin, keyOf, sameId } from "./ids";
import { str, type ArmResource, type ClusterAccess, type ClusterHost } from "./model";
import { CLUSTER } from "./rules/agent-pool";
import { frontendId, holderOf, mustBeFree, PUBLIC_IP, setHolder } from "./rules/public-ip";
import { clusterPrincipal, mayJoin } from "./rules/roles";
import type { StateFile } from "./state";
import type { StoredWorld } from "./world";

/** What a cloud controller asks of Azure for a Service of type LoadBalancer. */
export interface PublicIpBinder {
  /** Attaches a public IP to a Service; throws with the refusal's own words. */
  bind(o: { resourceGroup: string; name: string; owner: string }): Promise<{ ip: string }>;
  /** Lets go of it; nothing happens when it is not this owner's. */
  release(o: { resourceGroup: string; name: string; owner: string }): Promise<void>;
}

/** The clusters behind ManagedClusters: when they start, what they leave, which addresses they hold. */
export class ClusterCare {
  private readonly accesses = new Map<string, ClusterAccess>();

  constructor(
    private readonly world: StoredWorld,
    private readonly file: StateFile,
    private readonly host: ClusterHost,
    private readonly log: (line: string) => void,
  ) {}

  async boot(cluster: ArmResource): Promise<void> {
    const { id, name, location = "" } = cluster;
    const kubernetesVersion = str(cluster.properties["currentKubernetesVersion"]) ?? "";
    this.accesses.set(keyOf(id), await this.host.boot({ id, name, location, kubernetesVersion }));
  }

  /** Starts every cluster that stood when the stand-in ended. One that does not start leaves the others alone. */
  async bootAll(): Promise<void> {
    const standing = this.world
      .all(CLUSTER)
      .filter((one) => str(one.properties["provisioningState"]) !== "Creating");
    await Promise.all(
      standing.map(async (cluster) => {
        await this.boot(cluster).catch((error: unknown) => {
          this.log(
            `${cluster.name} did not start: ${error instanceof Error ? error.message : String(error)}`,
          );
        });
      }),
    );
  }

  /** A cluster was started from outside: its credentials can be handed out again. */
  started(id: string, access: ClusterAccess): void {
    this.accesses.set(keyOf(id), access);
  }

  access(id: string): ClusterAccess {
    const access = this.accesses.get(keyOf(id));
    if (access) return access;
    throw new ArmError(503, "ServiceUnavailable", `The control plane of ${id} does not run.`, {
      "Retry-After": "1",
    });
  }

  /** Asks what is left in a cluster, writes it down, and only then stops and removes it. */
  async remove(cluster: ArmResource): Promise<void> {
    const found = await this.host.leftovers(cluster.id).catch((error: unknown) => ({
      leftovers: [],
      keptCrds: [],
      unasked: error instanceof Error ? error.message : String(error),
    }));
    const { id, name, location = "" } = cluster;
    this.file.state.deletedClusters.push({ id, name, location, deletedAt: this.world.now(), ...found });
    this.file.save();
    await this.host.remove(id);
    this.accesses.delete(keyOf(id));
  }

  /** Slot of a cluster's addresses: its location's, or one of its own where another cluster has that. */
  slot(cluster: Pick<ArmResource, "id" | "location">): number {
    const location = cluster.location ?? "";
    const own = `${location}:${keyOf(cluster.id)}`;
    const taken = this.world.all(CLUSTER).some((other) => {
      return (
        !sameId(other.id, cluster.id) &&
        other.location === location &&
        !this.file.state.slots[`${location}:${keyOf(other.id)}`]
      );
    });
    const known = this.file.state.slots[own] !== undefined;
    const slot = this.world.slot(known || taken ? own : location);
    this.file.save();
    return slot;
  }

  /** How the cloud controller of one cluster attaches addresses: with the rights of that cluster's identity. */
  binderFor(clusterId: string): PublicIpBinder {
    return {
      bind: async (o) => Promise.resolve(this.bind(this.cluster(clusterId), o)),
      release: async (o) => {
        this.release(clusterId, o);
        await Promise.resolve();
      },
    };
  }

  private bind(
    cluster: ArmResource,
    o: { resourceGroup: string; name: string; owner: string },
  ): { ip: string } {
    const group =
      o.resourceGroup === "" ? (str(cluster.properties["nodeResourceGroup"]) ?? "") : o.resourceGroup;
    const id = `${groupId(this.world.subscriptionId, group)}/providers/${PUBLIC_IP}/${o.name}`;
    const principal = clusterPrincipal(this.world, cluster);
    // What AKS's controller meets when the identity has no rights on the group: it lists every address there.
    if (
      principal !== undefined &&
      !isWithin(id, this.nodeGroup(cluster)) &&
      !mayJoin(this.world, principal, id)
    ) {
      throw new ArmError(
        403,
        "AuthorizationFailed",
        `The client '${principal}' does not have authorization to perform action 'Microsoft.Network/publicIPAddresses/read' over scope '${groupId(this.world.subscriptionId, group)}' or the scope is invalid.`,
      );
    }
    const ip = this.world.get(id);
    if (!ip)
      throw new ArmError(
        404,
        "ResourceNotFound",
        `findMatchedPIPByName: failed to find PIP ${o.name} in resource group ${group}`,
      );
    if (ip.location !== cluster.location)
      throw new ArmError(
        400,
        "InvalidResourceReference",
        `Public IP ${ip.id} is in ${ip.location ?? ""}, the cluster in ${cluster.location ?? ""}.`,
      );
    const holder = this.holder(cluster, o.owner);
    mustBeFree(ip, holder);
    if (holderOf(ip) === undefined) {
      setHolder(this.world, ip, holder);
      this.file.save();
    }
    return { ip: str(ip.properties["ipAddress"]) ?? "" };
  }

  private release(clusterId: string, o: { resourceGroup: string; name: string; owner: string }): void {
    const cluster = this.world.get(clusterId);
    const id = `${groupId(this.world.subscriptionId, o.resourceGroup)}/providers/${PUBLIC_IP}/${o.name}`;
    const ip = this.world.get(id);
    if (!cluster || !ip || !sameId(holderOf(ip) ?? "", this.holder(cluster, o.owner))) return;
    setHolder(this.world, ip, undefined);
    this.file.save();
  }

  /** A frontend is named after its Service by a hash, as AKS does. */
  private holder(cluster: ArmResource, owner: string): string {
    return frontendId(this.world, cluster, `a${createHash("md5").update(owner).digest("hex")}`);
  }
  private nodeGroup(cluster: ArmResource): string {
    return groupId(this.world.subscriptionId, str(cluster.properties["nodeResourceGroup"]) ?? "");
  }
  private cluster(id: string): ArmResource {
    const cluster = this.world.get(id);
    if (!cluster) throw new ArmError(404, "ResourceNotFound", `Managed cluster ${id} was not found.`);
    return cluster;
  }
}
