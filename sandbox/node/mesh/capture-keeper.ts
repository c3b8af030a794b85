import type { KubeClient } from "../../kube";
import type { Pod } from "../types";
import { captureFilter } from "./capture";
import { MANAGER } from "./part";
import { serverPorts, serves, targetPorts, withoutIstio } from "./pods";

/** Ports at which gateways listen until it is known what the mesh asks of them. */
const GATEWAY_PORTS = [80, 443, 8080, 8443, 15012, 15017, 15443, 31400] as const;

/** Keeps the one object by which all proxies take their connections on sockets. */
export class CaptureKeeper {
  private applied: Promise<void> | undefined;
  private readonly ports = new Set<number>(GATEWAY_PORTS);

  constructor(private readonly kube: KubeClient) {}

  /** Done when the object is there: proxies must find it when they first ask istiod. */
  ensure(): Promise<void> {
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

  /** A gateway's listeners have the ports of its Gateways, or those that its Service turns them into. */
  async learn(gatewayPods: readonly Pod[]): Promise<void> {
    if (gatewayPods.length === 0) return;
    const [services, gateways] = await Promise.all([
      this.kube.list({ apiVersion: "v1", kind: "Service" }),
      this.kube.list({ apiVersion: "networking.istio.io/v1", kind: "Gateway" }).catch(withoutIstio([])),
    ]);
    const found = [
      ...services.filter((service) => gatewayPods.some((pod) => serves(service, pod))).flatMap(targetPorts),
      ...gateways.flatMap(serverPorts),
    ];
    const fresh = found.filter((port) => !this.ports.has(port));
    for (const port of fresh) this.ports.add(port);
    if (fresh.length > 0) this.applied = undefined;
    await this.ensure();
  }
}
