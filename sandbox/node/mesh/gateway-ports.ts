import type { FollowOptions, KubeClient, KubeObject } from "../../kube";
import type { Pod } from "../types";
import { gatewaySocket } from "./capture";
import { serverPorts, serves, servicePorts } from "./pods";
import { reachablePort } from "./ports";
import type { RelayPort } from "./relay";

const SERVICES = "/api/v1/services";
const GATEWAYS = "/apis/networking.istio.io/v1/gateways";

/** Where a gateway pod is found. */
export interface ServedPorts {
  readonly relay: readonly RelayPort[];
  readonly named: Readonly<Record<string, number>>;
}

/** Follows what decides at which ports gateways listen: their Services and the mesh's Gateways. */
export class GatewayPorts {
  private readonly ending = new AbortController();
  private readonly services = new Map<string, KubeObject>();
  private readonly gateways = new Map<string, KubeObject>();
  private work: readonly Promise<void>[] = [];

  constructor(
    private readonly kube: KubeClient,
    /** Called at each change. */
    private readonly onChange: () => void,
  ) {}

  /** Done when the Services that are there are known; Gateways may be a kind that comes later. */
  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.work = [this.follow(SERVICES, this.services, resolve), this.follow(GATEWAYS, this.gateways)];
    });
  }

  async stop(): Promise<void> {
    this.ending.abort();
    await Promise.allSettled(this.work);
  }

  /** The ports of the listeners that these pods have: those of the Gateways, or what Services turn them into. */
  listeners(pods: readonly Pod[]): readonly number[] {
    const led = [...this.services.values()].filter((service) => pods.some((pod) => serves(service, pod)));
    return [
      ...led.flatMap(servicePorts).map(({ target }) => target),
      ...[...this.gateways.values()].flatMap(serverPorts),
    ];
  }

  /** What a relay serves for a gateway pod, and by which names Services know it. */
  served(pod: Pod): ServedPorts {
    const ports = [...this.services.values()].filter((service) => serves(service, pod)).flatMap(servicePorts);
    const free = freePorts(ports.map(({ target }) => target));
    return {
      relay: [...free].map(([target, port]) => ({ port, target, socket: gatewaySocket(target) })),
      named: Object.fromEntries(
        ports.flatMap(({ name, target }) => (name === "" ? [] : [[name, free.get(target) ?? target]])),
      ),
    };
  }

  private follow(path: string, known: Map<string, KubeObject>, onSync?: () => void): Promise<void> {
    const change: FollowOptions["onEvent"] = ({ type, object }) => {
      if (type === "DELETED") known.delete(keyOf(object));
      else known.set(keyOf(object), object);
      this.onChange();
    };
    return this.kube.follow(path, {
      signal: this.ending.signal,
      onSync: (items) => {
        known.clear();
        for (const item of items) known.set(keyOf(item), item);
        this.onChange();
        onSync?.();
      },
      onEvent: change,
    });
  }
}

/** For each port one that can be had, and no two the same: 80 is at 8080, or above where 8080 is one itself. */
function freePorts(targets: readonly number[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const own = (target: number): boolean => reachablePort(target) === target;
  for (const target of targets.toSorted((a, b) => Number(own(b)) - Number(own(a)) || a - b)) {
    if (found.has(target)) continue;
    let port = reachablePort(target);
    while ([...found.values()].includes(port)) port += 1;
    found.set(target, port);
  }
  return found;
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}
