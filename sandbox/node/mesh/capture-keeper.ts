import type { KubeClient } from "../../kube";
import { captureFilter } from "./capture";
import { MANAGER } from "./part";
import { withoutIstio } from "./pods";

/** Ports at which gateways listen until it is known what the mesh asks of them. */
const GATEWAY_PORTS = [80, 443, 8080, 8443, 15012, 15017, 15443, 31400] as const;

/** Keeps the one object by which all proxies take their connections on sockets. */
export class CaptureKeeper {
  private applied: Promise<void> | undefined;
  private wasAsked = false;
  private readonly ports = new Set<number>(GATEWAY_PORTS);

  constructor(private readonly kube: KubeClient) {}

  /** Done when the object is there: proxies must find it when they first ask istiod. */
  ensure(): Promise<void> {
    this.wasAsked = true;
    this.applied ??= this.kube
      .apply(captureFilter([...this.ports]), { fieldManager: MANAGER, force: true })
      .then(() => undefined)
      // A remote cluster need not know Istio's kinds: its proxies are told of the object in their primary.
      .catch(withoutIstio(undefined))
      .catch((error: unknown) => {
        this.applied = undefined;
        throw error;
      });
    return this.applied;
  }

  /** Takes note of ports of gateways; done when proxies can learn of them. */
  async know(ports: readonly number[]): Promise<void> {
    const fresh = ports.filter((port) => !this.ports.has(port));
    for (const port of fresh) this.ports.add(port);
    if (fresh.length > 0) this.applied = undefined;
    if (this.wasAsked) await this.ensure();
  }
}
