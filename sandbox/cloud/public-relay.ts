import { connect, createServer, type Server, type Socket } from "node:net";
import { gatewaySocket, proxyHeader } from "../node/mesh/capture";
import type { KubeClient, KubeObject } from "../kube";
import { reachablePort } from "../node/mesh/ports";
import { joinSockets } from "../node/mesh/relay";
import { ingressAddress } from "./service";

/** A ready gateway pod behind a load balancer. */
export interface Backend {
  readonly address: string;
  /** Folder of the sockets on which its proxy takes connections. */
  readonly sockets: string;
}

/** What the relay of the public addresses needs. */
export interface PublicRelayOptions {
  readonly kube: KubeClient;
  /** The ready pods of a namespace with these labels. */
  backends(namespace: string, selector: Readonly<Record<string, string>>): readonly Backend[];
  log(line: string): void;
}

/** One port of a load balancer. */
interface Rule {
  readonly host: string;
  readonly port: number;
  readonly targetPort: number;
  readonly namespace: string;
  readonly selector: Readonly<Record<string, string>>;
}

interface Listener {
  readonly rule: Rule;
  readonly server: Server;
}

/** Port of a proxy's health, which is asked over TCP: no listener of istiod's stands behind it. */
const STATUS_PORT = 15021;

/** What a load balancer does with packets: connections to a public address go to the ready pods behind its Service. */
export class PublicRelay {
  private readonly ending = new AbortController();
  private readonly services = new Map<string, KubeObject>();
  private readonly listeners = new Map<string, Listener>();
  private readonly sockets = new Set<Socket>();
  private next = 0;
  private following: Promise<void> = Promise.resolve();

  constructor(private readonly o: PublicRelayOptions) {}

  /** Done when the load balancers that are there are served. */
  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.following = this.o.kube.follow("/api/v1/services", {
        signal: this.ending.signal,
        onSync: (items) => {
          this.services.clear();
          for (const service of items) this.services.set(keyOf(service), service);
          this.adjust();
          resolve();
        },
        onEvent: ({ type, object }) => {
          if (type === "DELETED") this.services.delete(keyOf(object));
          else this.services.set(keyOf(object), object);
          this.adjust();
        },
      });
    });
  }

  /** Closes all ports and connections. */
  async stop(): Promise<void> {
    this.ending.abort();
    for (const key of [...this.listeners.keys()]) this.close(key);
    for (const socket of this.sockets) socket.destroy();
    await Promise.allSettled([this.following]);
  }

  private adjust(): void {
    const wanted = new Map(
      [...this.services.values()].flatMap(rulesOf).map((rule) => [keyOfRule(rule), rule]),
    );
    for (const [key, { rule }] of this.listeners)
      if (JSON.stringify(wanted.get(key)) !== JSON.stringify(rule)) this.close(key);
    for (const [key, rule] of wanted) if (!this.listeners.has(key)) this.open(key, rule);
  }

  private open(key: string, rule: Rule): void {
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (caller) => this.pass(caller, rule));
    server.once("error", (error) => {
      this.listeners.delete(key);
      this.o.log(`load balancer ${key}: ${error.message}`);
    });
    server.listen(reachablePort(rule.port), rule.host);
    this.listeners.set(key, { rule, server });
  }

  private close(key: string): void {
    this.listeners.get(key)?.server.close();
    this.listeners.delete(key);
  }

  private pass(caller: Socket, { namespace, selector, targetPort }: Rule): void {
    const backends = this.o.backends(namespace, selector);
    const backend = backends[this.next++ % Math.max(1, backends.length)];
    if (backend === undefined) {
      caller.on("error", () => caller.destroy());
      caller.resetAndDestroy();
      return;
    }
    const { address, sockets } = backend;
    const target =
      targetPort === STATUS_PORT
        ? connect({ host: address, port: STATUS_PORT, allowHalfOpen: true })
        : connect({ path: `${sockets}/${gatewaySocket(targetPort)}`, allowHalfOpen: true });
    if (targetPort !== STATUS_PORT) {
      const from = { address: caller.remoteAddress ?? "127.0.0.1", port: caller.remotePort ?? 0 };
      target.write(proxyHeader(from, { address, port: targetPort }));
    }
    joinSockets(caller, target, this.sockets);
  }
}

function rulesOf(service: KubeObject): Rule[] {
  const host = ingressAddress(service);
  const spec = service["spec"] as {
    readonly type?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly { readonly port: number; readonly targetPort?: number | string }[];
  };
  // An address of a virtual network is no loopback address, and nobody here is in that network.
  if (spec.type !== "LoadBalancer" || host?.startsWith("127.") !== true) return [];
  return (spec.ports ?? []).map(({ port, targetPort }) => ({
    host,
    port,
    targetPort: typeof targetPort === "number" ? targetPort : port,
    namespace: service.metadata.namespace ?? "default",
    selector: spec.selector ?? {},
  }));
}

function keyOfRule({ host, port }: Rule): string {
  return `${host}:${port}`;
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? "default"}/${metadata.name}`;
}
