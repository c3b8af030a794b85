import { createServer as createPlain, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createEncrypted } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Leaf } from "./leaf";

/** Where the world outside the mesh is: no pod's address, and no other region's. */
export const OUTSIDE_ADDRESS = "127.0.0.1";

/** A request as it came out of the mesh. */
export interface SeenRequest {
  readonly host: string;
  readonly path: string;
  /** Name that the client asked for; undefined where it came in plaintext. */
  readonly sni?: string;
  /** Common name of the client's certificate, where it showed one that the server trusts. */
  readonly client?: string;
  /** Port that the connection came from. */
  readonly port: number;
}

export interface OutsideOptions {
  /** The server's certificate; it serves plaintext without one. @default none */
  readonly certificate?: Leaf;
  /** Root, as PEM, of the clients that it lets in; anybody without one. @default none */
  readonly clientCa?: string;
}

/**
 * A service outside the mesh: a server of the test's own that knows nothing of Istio. It says in what it answers and
 * keeps what it saw; `?delay=200` (ms) makes it slow.
 */
export class Outside {
  readonly seen: SeenRequest[] = [];
  /** Why handshakes failed, as error codes: the client did not like the certificate, or showed none that is wanted. */
  readonly refusals: string[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start({ certificate, clientCa }: OutsideOptions = {}): Promise<Outside> {
    const answer = (request: IncomingMessage, response: ServerResponse): void =>
      outside.answer(request, response);
    const server =
      certificate === undefined
        ? createPlain(answer)
        : createEncrypted(
            {
              cert: certificate.certificate,
              key: certificate.key,
              ...(clientCa === undefined
                ? {}
                : { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
            },
            answer,
          );
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, OUTSIDE_ADDRESS, resolve);
    });
    const outside = new Outside(server, (server.address() as AddressInfo).port);
    server.on("tlsClientError", ({ code }: NodeJS.ErrnoException) => outside.refusals.push(code ?? ""));
    server.on("connection", (socket: Socket) => {
      outside.sockets.add(socket);
      socket.once("close", () => outside.sockets.delete(socket));
    });
    return outside;
  }

  /** What it saw of a path, which a test takes for one purpose only. */
  at(path: string): readonly SeenRequest[] {
    return this.seen.filter((request) => request.path.split("?")[0] === path);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const socket = request.socket as Partial<TLSSocket> & Socket;
    const { servername } = socket;
    const name = socket.encrypted === true && socket.authorized === true && socket.getPeerCertificate?.();
    const seen: SeenRequest = {
      host: request.headers.host ?? "",
      path: request.url ?? "",
      port: request.socket.remotePort ?? 0,
      ...(typeof servername === "string" ? { sni: servername } : {}),
      ...(name ? { client: String(name.subject.CN) } : {}),
    };
    this.seen.push(seen);
    request.resume();
    // Each request shows anew what the caller thinks of the certificate.
    response.shouldKeepAlive = false;
    const delay = Number(new URL(seen.path, "http://outside").searchParams.get("delay") ?? 0);
    setTimeout(() => response.end(JSON.stringify({ outside: this.port, ...seen })), delay);
  }
}
