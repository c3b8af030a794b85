import type { RegionAddresses } from "../addresses/layout";

/** Of the 16 /24 nets of a region, those from the fourth on are for workloads; 254 addresses each. */
const FIRST_NET = 3;
const LAST_NET = 15;
const PER_NET = 254;

/**
 * The made-up address that the cluster sees for a loopback address: 10.B.x.y for 127.B.x.y. EndpointSlices
 * refuse loopback addresses, so pods and nodes cannot tell their real ones.
 */
export function clusterAddress(loopback: string): string {
  return loopback.replace(/^127\./, "10.");
}

/** The loopback address behind an address that the cluster sees. */
export function loopbackAddress(address: string): string {
  return address.replace(/^10\./, "127.");
}

/** Gives each pod of a region an address of its own; processes of the pod listen there. */
export class WorkloadAddresses {
  private readonly byOwner = new Map<string, string>();
  private readonly taken = new Set<string>();
  private readonly block: string;
  private readonly third: number;

  constructor(region: RegionAddresses) {
    const [, block = "", third = ""] = region.host.split(".");
    this.block = block;
    this.third = Number(third);
  }

  /** The address of an owner: the wished one where it is ours and free, else the first free one. */
  take(owner: string, wish?: string): string {
    const held = this.byOwner.get(owner);
    if (held !== undefined) return held;
    const address = wish !== undefined && this.isFree(wish) ? wish : this.firstFree();
    this.taken.add(address);
    this.byOwner.set(owner, address);
    return address;
  }

  /** Gives an owner's address back. */
  release(owner: string): void {
    const held = this.byOwner.get(owner);
    if (held === undefined) return;
    this.byOwner.delete(owner);
    this.taken.delete(held);
  }

  private isFree(address: string): boolean {
    const [first, block, third, last] = address.split(".");
    const net = Number(third) - this.third;
    return (
      first === "127" &&
      block === this.block &&
      net >= FIRST_NET &&
      net <= LAST_NET &&
      Number(last) >= 1 &&
      Number(last) <= PER_NET &&
      !this.taken.has(address)
    );
  }

  private firstFree(): string {
    for (let net = FIRST_NET; net <= LAST_NET; net += 1) {
      for (let n = 1; n <= PER_NET; n += 1) {
        const address = `127.${this.block}.${this.third + net}.${n}`;
        if (!this.taken.has(address)) return address;
      }
    }
    throw new Error(
      `all ${(LAST_NET - FIRST_NET + 1) * PER_NET} workload addresses of the region are taken.`,
    );
  }
}
