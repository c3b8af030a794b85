import { Cidr } from "./cidr";

/** Where pods take their addresses from. */
export type NetworkPlugin = "node-subnet" | "pod-subnet" | "overlay";

/** What a node pool can grow to, as far as it needs addresses. */
export interface PoolCapacity {
  /** Most nodes that the autoscaler may reach. */
  readonly max: number;
  /** Most pods on one node. */
  readonly maxPods: number;
  /** Nodes added during an upgrade, in percent of the pool. */
  readonly maxSurgePercent: number;
}

/** The subnets of a region's virtual network; ranges in CIDR form. */
export interface SubnetPlan {
  readonly nodes: string;
  /** Set where pods have a subnet of their own. */
  readonly pods?: string;
  /** Where pods of this region appear to its peers. */
  readonly podRange: string;
  /** What stays free for later, as for private endpoints. */
  readonly free: string;
}

/** Addresses that each subnet must hold. */
export interface AddressDemand {
  readonly nodes: number;
  readonly pods?: number;
}

/** Azure keeps the first four addresses and the last one of every subnet. */
export const RESERVED_PER_SUBNET = 5;

/** With a pod subnet, a node is given addresses in batches of this many. */
export const POD_ADDRESS_BATCH = 16;

/**
 * The subnets of a virtual network. The larger half goes to whatever holds the pods, so that it can grow;
 * the last quarter or half stays free. Places depend on the range and the plugin only: a pool that grows
 * moves no subnet.
 */
export function subnetPlan(cidr: string, plugin: Exclude<NetworkPlugin, "overlay">): SubnetPlan {
  const whole = Cidr.parse(cidr);
  const half = whole.prefix + 1;
  const quarter = whole.prefix + 2;
  switch (plugin) {
    case "node-subnet": {
      const nodes = whole.subnet(half, 0).toString();
      return { nodes, podRange: nodes, free: whole.subnet(half, 1).toString() };
    }
    case "pod-subnet": {
      const pods = whole.subnet(half, 0).toString();
      return {
        nodes: whole.subnet(quarter, 2).toString(),
        pods,
        podRange: pods,
        free: whole.subnet(quarter, 3).toString(),
      };
    }
  }
}

/**
 * The address of an internal load balancer, the last one of the nodes' subnet that Azure leaves free. Named and not
 * left to chance, so that it stays when the load balancer is made anew; Azure gives nodes the lowest that are free.
 */
export function internalAddress({ nodes }: SubnetPlan): string {
  const range = Cidr.parse(nodes);
  return range.address(range.size - 2);
}

/** Addresses that the pools need when all of them are at their largest and being upgraded. */
export function addressDemand(
  pools: readonly PoolCapacity[],
  plugin: Exclude<NetworkPlugin, "overlay">,
): AddressDemand {
  const nodesOf = (pool: PoolCapacity): number =>
    pool.max + Math.ceil((pool.max * pool.maxSurgePercent) / 100);
  const sum = (each: (pool: PoolCapacity) => number): number =>
    pools.reduce((total, pool) => total + each(pool), RESERVED_PER_SUBNET);
  switch (plugin) {
    case "node-subnet":
      return { nodes: sum((pool) => nodesOf(pool) * (1 + pool.maxPods)) };
    case "pod-subnet":
      return {
        nodes: sum(nodesOf),
        pods: sum((pool) => nodesOf(pool) * Math.ceil(pool.maxPods / POD_ADDRESS_BATCH) * POD_ADDRESS_BATCH),
      };
  }
}

/**
 * Longest prefix that a region's virtual network may have so that its subnets meet the demand. The half that
 * holds the pods decides: a node takes 16 addresses of it at least, so the nodes' quarter is never the tighter.
 */
export function longestPrefix(demand: AddressDemand): number {
  return 32 - Math.ceil(Math.log2(demand.pods ?? demand.nodes)) - 1;
}
