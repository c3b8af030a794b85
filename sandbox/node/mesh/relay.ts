import { connect, createServer, type NetConnectOpts, type Server, type Socket } from "node:net";
import { proxyHeader } from "./capture";

/** The address from which an Istio proxy calls the application beside it; iptables lets such connections pass. */
const INBOUND_PASSTHROUGH = "127.0.0.6";

/** A port of a pod. */
export interface RelayPort {
  /** Where the relay listens. */
  readonly port: number;
  /** Where a connection was going, as the proxy is told. @default the same port */
  readonly target?: number;
  /** Socket of the proxy's listener, in the proxy's folder. */
  readonly socket: string;
}

/** What a relay stands in front of. */
export interface RelayOptions {
  /** Where the pod is found. */
  readonly address: string;
  /** Where its application listens. */
  readonly localhost: string;
  /** Folder of the proxy's sockets. */
  readonly sockets: string;
}

/**
 * The iptables of one pod: it takes what comes to the pod's ports. Its own proxy's connections go to the application,
 * all others to the proxy, with a header that says where they were going.
 */
export class PodRelay {
  private readonly servers = new Map<string, Server>();
  private readonly sockets = new Set<Socket>();
  private stopped = false;

  constructor(private readonly o: RelayOptions) {}

  /**
   * Takes these ports, and gives up those that it had and that are not among them; fails when one cannot be had. Once
   * it was stopped it takes none: its address is another pod's.
   */
  async serve(ports: readonly RelayPort[]): Promise<void> {
    const wanted = new Map(ports.map((port) => [JSON.stringify(port), port]));
    for (const key of this.servers.keys()) if (!wanted.has(key)) await this.close(key);
    for (const [key, port] of wanted) if (!this.servers.has(key)) await this.open(key, port);
  }

  /** Closes ports and connections. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const socket of this.sockets) socket.destroy();
    await Promise.all([...this.servers.keys()].map((key) => this.close(key)));
  }

  private async open(key: string, port: RelayPort): Promise<void> {
    if (this.isStopped()) return;
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.pass(socket, port));
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) =>
        reject(explained(error, this.o.address, port.port)),
      );
      server.listen(port.port, this.o.address, resolve);
    });
    this.servers.set(key, server);
    // Stopped meanwhile, which found nothing to close yet.
    if (this.isStopped()) await this.close(key);
  }

  private isStopped(): boolean {
    return this.stopped;
  }

  /** Connections that stand go on: who has a connection keeps it when a port is no longer offered. */
  private async close(key: string): Promise<void> {
    const server = this.servers.get(key);
    this.servers.delete(key);
    const closed = new Promise((resolve) => server?.close(resolve));
    if (this.sockets.size === 0) await closed;
  }

  private pass(caller: Socket, { port, target = port, socket }: RelayPort): void {
    const { address, localhost, sockets } = this.o;
    const own = caller.remoteAddress === INBOUND_PASSTHROUGH;
    if (own) this.join(caller, { host: localhost, port });
    else {
      const from = { address: caller.remoteAddress ?? "127.0.0.1", port: caller.remotePort ?? 0 };
      this.join(caller, { path: `${sockets}/${socket}` }, proxyHeader(from, { address, port: target }));
    }
  }

  private join(caller: Socket, to: NetConnectOpts, header?: string): void {
    const target = connect({ ...to, allowHalfOpen: true } as NetConnectOpts);
    target.setNoDelay(true);
    if (header !== undefined) target.write(header);
    joinSockets(caller, target, this.sockets);
  }
}

/** Passes bytes both ways until both sides have ended; a break on one side breaks the other. */
export function joinSockets(one: Socket, other: Socket, all: Set<Socket>): void {
  for (const [socket, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    all.add(socket);
    socket.once("close", () => {
      all.delete(socket);
      if (!peer.destroyed && !peer.writableEnded) peer.end();
    });
    socket.once("error", () => {
      if (peer.destroyed) return;
      // Who called sees a reset, as from a port at which nobody listens; a local socket knows none.
      if (peer.remoteAddress === undefined) peer.destroy();
      else peer.resetAndDestroy();
    });
    socket.pipe(peer);
  }
}

function explained(error: NodeJS.ErrnoException, address: string, port: number): Error {
  if (error.code !== "EACCES") return error;
  return new Error(
    `port ${port} of ${address} cannot be had without privileges: let the container listen on 1024 or above.`,
  );
}
