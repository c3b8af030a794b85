import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import path from "node:path";
import type { SandboxContext } from "../../../../cli/sandbox/context";
import { sandboxEnvironment } from "../../../../cli/sandbox/environment";
import { attached } from "./engine";

/**
 * A plugin that does not know of the engine's death, as one that has lost touch: the engine attaches to it instead of
 * starting one of its own, through a port that keeps the plugin's side of the connection open. So no call of it is
 * given up, and it finishes what it has.
 */
export class AttachedPlugin {
  private constructor(
    private readonly child: ChildProcess,
    private readonly relay: Relay,
    /** What makes the engine attach to it. */
    readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start({ home }: SandboxContext, name: string): Promise<AttachedPlugin> {
    const plugins = path.join(home.pulumiHome, "plugins");
    const folder = readdirSync(plugins).find((entry) => entry.startsWith(`resource-${name}-v`));
    if (folder === undefined) throw new Error(`${plugins} has no plugin ${name}`);
    const child = spawn(path.join(plugins, folder, `pulumi-resource-${name}`), {
      env: sandboxEnvironment(home),
      stdio: ["ignore", "pipe", "inherit"],
    });
    attached.add(child.pid ?? 0);
    const port = await new Promise<string>((resolve, reject) => {
      child.once("exit", () => reject(new Error(`the plugin ${name} ended without a port`)));
      child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
    });
    const relay = await Relay.open(Number(port));
    return new AttachedPlugin(child, relay, { PULUMI_DEBUG_PROVIDERS: `${name}:${relay.port}` });
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.relay.close();
    if (!this.running) return;
    this.child.kill("SIGTERM");
    await ended;
  }
}

/** A port of loopback before another one, which does not learn that a connection was closed. */
class Relay {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async open(target: number): Promise<Relay> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const relay = new Relay(server, (server.address() as AddressInfo).port);
    server.on("connection", (near) => {
      const far = connect(target, "127.0.0.1");
      for (const socket of [near, far]) {
        relay.sockets.add(socket);
        socket.on("error", () => undefined);
      }
      near.pipe(far, { end: false });
      far.on("data", (chunk) => {
        if (!near.destroyed) near.write(chunk);
      });
    });
    return relay;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}
