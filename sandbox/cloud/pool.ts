import type { KubeClient, KubeObject } from "../kube";
import type { PublicIpBinder } from "./controller";
import { ingressAddress } from "./service";

/**
 * Addresses that a cluster gives to its Services by itself, as a load balancer outside Azure does. What is given out
 * stands in the Services' status and nowhere else, so a restarted controller gives nothing out twice.
 */
export class AddressPool implements PublicIpBinder {
  private readonly given = new Map<string, string>();

  /** @param address the n-th address of the pool, from 1. */
  constructor(
    private readonly kube: KubeClient,
    private readonly region: string,
    private readonly address: (n: number) => string,
  ) {}

  async bind({ owner }: { owner: string }): Promise<{ ip: string }> {
    const services = await this.kube.list({ apiVersion: "v1", kind: "Service" });
    const shown = new Map(services.map((service) => [this.ownerOf(service), ingressAddress(service)]));
    const ip = this.given.get(owner) ?? shown.get(owner) ?? this.free([...shown.values()]);
    this.given.set(owner, ip);
    return { ip };
  }

  release({ owner }: { owner: string }): Promise<void> {
    this.given.delete(owner);
    return Promise.resolve();
  }

  private free(shown: readonly (string | undefined)[]): string {
    const taken = new Set([...this.given.values(), ...shown]);
    for (let n = 1; n <= 254; n += 1) {
      const candidate = this.address(n);
      if (!taken.has(candidate)) return candidate;
    }
    throw new Error("the pool of addresses is used up");
  }

  private ownerOf({ metadata }: KubeObject): string {
    return `${this.region}/${metadata.namespace ?? "default"}/${metadata.name}`;
  }
}
