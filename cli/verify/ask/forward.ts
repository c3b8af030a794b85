import { request } from "node:http";
import { Duplex, PassThrough } from "node:stream";
// The package's index loads every typed API.
import { KubeConfig } from "@kubernetes/client-node/dist/config";
import { PortForward } from "@kubernetes/client-node/dist/portforward";
import { MONITORING_PORT, type IstiodDoor, type IstiodPod } from "./istiod";

const TIMEOUT_MS = 20_000;
const GOODBYE_MS = 1_000;

/**
 * The way to istiod on any cluster: a port of its pod, forwarded by the API server. Its debug pages want a sign-in of
 * the mesh from whoever does not come by localhost, so the API server's own proxy gets none of them. Nothing listens
 * on this machine meanwhile.
 */
export function forwardedDoor(
  kubeconfig: string,
  context: string | undefined,
  signal: AbortSignal,
): IstiodDoor {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  return { get: (pod, path) => getForwarded(new PortForward(config), pod, path, signal) };
}

/** The part of a WebSocket that is used; the library's types of it are not installed. */
interface Tunnel {
  addEventListener(type: "close", listener: () => void): void;
  close(): void;
  terminate(): void;
}

async function getForwarded(
  forward: PortForward,
  { namespace, name }: IstiodPod,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const where = `istiod pod ${name}, ${path}`;
  const [toPod, fromPod, said] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const ended = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const opened: unknown = await forward
    .portForward(namespace, name, [MONITORING_PORT], fromPod, said, toPod)
    .catch((error: unknown) => {
      throw new Error(`${where}: the API server forwards no port: ${wordsOf(error)}`, { cause: error });
    });
  // Told to try once, the client hands out the WebSocket itself.
  const socket = opened as Tunnel;
  const errors: Buffer[] = [];
  said.on("data", (part: Buffer) => errors.push(part));
  socket.addEventListener("close", () => fromPod.end());
  try {
    const tunnel = Duplex.from({ readable: fromPod, writable: toPod });
    return await exchange(() => tunnel, path, ended);
  } catch (error) {
    signal.throwIfAborted();
    const words = Buffer.concat(errors).toString().trim();
    const limit = ended.aborted ? `no answer within ${TIMEOUT_MS / 1000} s` : wordsOf(error);
    throw new Error(`${where}: ${words === "" ? limit : words}`, { cause: error });
  } finally {
    socket.close();
    // A server that does not answer the goodbye would keep this process for half a minute.
    setTimeout(() => socket.terminate(), GOODBYE_MS).unref();
  }
}

/** One HTTP exchange over a connection that is already there. */
export function exchange(createConnection: () => Duplex, path: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "localhost", path, createConnection, signal, headers: { connection: "close" } },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(parts).toString();
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`HTTP ${response.statusCode ?? 0} ${text.slice(0, 200).trim()}`.trim()));
        });
      },
    );
    sent.on("error", reject);
    sent.end();
  });
}

/** A failed WebSocket comes as an event with a message. */
function wordsOf(error: unknown): string {
  const message = (error as { message?: unknown } | null)?.message;
  return typeof message === "string" && message !== "" ? message : "the connection failed";
}
