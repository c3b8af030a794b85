import { connect, createServer, type NetConnectOpts, type Server, type Socket } from "node:net";
import { INBOUND_SOCKET, proxyHeader } from "./capture";

/** The address from which an Istio proxy calls the application beside it; iptables lets such connections pass. */
const INBOUND_PASSTHROUGH = "127.0.0.6";

/** What a relay stands in front of. */
export interface RelayOptions {
  /** The pod's address. */
  readonly address: string;
  /** Where its application listens. */
  readonly localhost: string;
  readonly ports: readonly number[];
  /** Folder of the proxy's sockets. */
  readonly sockets: string;
}

/**
 * The iptables of one pod: it takes what comes to the pod's ports. Its own proxy's connections go to the application,
 * all others to the proxy, with a header that says where they were going.
 */
export class PodRelay {
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();

  constructor(private readonly o: RelayOptions) {}

  /** Takes the ports; fails when one of them cannot be had. */
  async start(): Promise<void> {
    for (const port of this.o.ports) {
      const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
        this.pass(socket, port),
      );
      this.servers.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once("error", (error: NodeJS.ErrnoException) =>
          reject(explained(error, this.o.address, port)),
        );
        server.listen(port, this.o.address, resolve);
      });
    }
  }

  /** Closes ports and connections. */
  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(this.servers.map((server) => new Promise((resolve) => server.close(resolve))));
    this.servers.length = 0;
  }

  private pass(caller: Socket, port: number): void {
    const { address, localhost, sockets } = this.o;
    const own = caller.remoteAddress === INBOUND_PASSTHROUGH;
    if (own) this.join(caller, { host: localhost, port });
    else {
      const from = { address: caller.remoteAddress ?? "127.0.0.1", port: caller.remotePort ?? 0 };
      this.join(caller, { path: `${sockets}/${INBOUND_SOCKET}` }, proxyHeader(from, { address, port }));
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
