import { join } from "node:path";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { CallLog } from "./log";
import type { Provider } from "./provider";
import { ProviderService } from "./service";
import { watchEngine } from "./watch";

/** gRPC's own limit of 4 MB is less than one chart's rendered objects. */
const MESSAGE_LIMIT_BYTES = 64 * 1024 * 1024;
/** How long calls in flight get to notice their aborted signal after the engine is gone. */
const LAST_WORDS_MS = 2000;

export interface ServeOptions {
  /** @default `plugin-<name>.log` in the folder that SANDBOX_LOG_DIR names; without that, no log */
  readonly logFile?: string;
}

/** A provider that is being served. */
export interface RunningServer {
  readonly port: number;
  readonly service: ProviderService;
  /** Drops every connection and frees the port. */
  stop(): void;
}

/** Serves a provider on a free port of loopback, in this process, without touching stdout. */
export async function startServer(provider: Provider, options: ServeOptions = {}): Promise<RunningServer> {
  const folder = process.env.SANDBOX_LOG_DIR;
  const log = new CallLog(options.logFile ?? (folder && join(folder, `plugin-${provider.name}.log`)));
  const service = new ProviderService(provider, log);
  const server = new Server({
    "grpc.max_receive_message_length": MESSAGE_LIMIT_BYTES,
    "grpc.max_send_message_length": MESSAGE_LIMIT_BYTES,
  });
  server.addService(ResourceProviderService, service.implementation());
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, service, stop: () => server.forceShutdown() };
}

/**
 * The main of a plugin: serves the provider, prints the port, and ends with the engine. The engine's address
 * is the first argument. Whatever else would go to stdout is dropped: the engine reads the port from there.
 */
export function serve(provider: Provider, options: ServeOptions = {}): void {
  const folder = process.env.SANDBOX_LOG_DIR;
  const log = new CallLog(options.logFile ?? (folder && join(folder, `plugin-${provider.name}.log`)));
  const drop = (): void => undefined;
  Object.assign(console, { log: drop, info: drop, debug: drop });
  const fail = (error: unknown): void => {
    // Only the kind: the text of an unforeseen error may quote a request.
    log.line(`ended by an unforeseen ${error instanceof Error ? describe(error) : typeof error}`);
    process.exit(1);
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  const parent = process.ppid;
  startServer(provider, options).then((running) => {
    log.line(`serving ${provider.name} ${provider.version}`);
    process.stdout.write(`${running.port}\n`);
    watchEngine(parent, process.argv[2], (why) => end(running, log, why));
  }, fail);
}

/** Where an error came from, without its message. */
function describe(error: Error): string {
  return `${error.name} ${error.stack?.split("\n").find((line) => line.trimStart().startsWith("at ")) ?? ""}`;
}

/** Interrupts what runs, begins nothing new, and ends once nothing runs. */
function end(running: RunningServer, log: CallLog, why: string): void {
  log.line(`ending: ${why}`);
  running.service.interrupt(`the plugin is ending: ${why}`);
  const deadline = performance.now() + LAST_WORDS_MS;
  setInterval(() => {
    if (running.service.inFlight === 0) process.exit(0);
    // An orderly exit would wait for a computation in another thread, such as that of a key.
    if (performance.now() > deadline) process.kill(process.pid, "SIGKILL");
  }, 50);
}
