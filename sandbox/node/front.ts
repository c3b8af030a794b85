import { connect, createServer, type Server, type Socket } from "node:net";

/** One port of a front and the port of the pods behind it. */
export interface FrontPort {
  readonly listen: number;
  readonly target: number;
}

/**
 * What a Service is on a real node: fixed ports in front of the ready pods of a workload. Webhooks and proxies
 * know istiod by these ports; which pods are behind them changes with every rollout.
 */
export class Front {
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();
  private ready: string[] = [];
  private next = 0;

  constructor(
    private readonly host: string,
    private readonly ports: readonly FrontPort[],
  ) {}

  /** Takes the ports; fails when another program has one of them. */
  async start(): Promise<void> {
    for (const port of this.ports) this.servers.push(await this.listen(port));
  }

  /** The address of a pod that became ready, or is no longer. */
  set(address: string, isReady: boolean): void {
    this.ready = this.ready.filter((one) => one !== address);
    if (isReady) this.ready.push(address);
  }

  /** Closes ports and connections. */
  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(this.servers.map((server) => new Promise((resolve) => server.close(resolve))));
    this.servers.length = 0;
  }

  private listen({ listen, target }: FrontPort): Promise<Server> {
    const server = createServer({ noDelay: true }, (socket) => this.forward(socket, target));
    return new Promise((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) =>
        reject(
          error.code === "EADDRINUSE"
            ? new Error(
                `port ${listen} of ${this.host} is taken by another program; end it or choose another block.`,
              )
            : error,
        ),
      );
      server.listen(listen, this.host, () => resolve(server));
    });
  }

  private forward(socket: Socket, port: number): void {
    this.keep(socket);
    const address = this.ready[this.next++ % Math.max(1, this.ready.length)];
    // As a Service without endpoints: the connection is refused.
    if (address === undefined) {
      socket.resetAndDestroy();
      return;
    }
    const pod = connect({ host: address, port, noDelay: true });
    this.keep(pod);
    socket.pipe(pod).pipe(socket);
    socket.once("close", () => pod.destroy());
    // Ended, not destroyed: what the pod said last is still on its way to the caller.
    pod.once("close", () => socket.end());
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    // A broken connection ends both halves; who called sees it broken, there is nothing to add.
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.sockets.delete(socket));
  }
}
