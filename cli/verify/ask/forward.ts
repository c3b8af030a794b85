import { request, type RequestOptions } from "node:http";
import { Duplex, PassThrough } from "node:stream";
// The package's index loads every typed API.
import { KubeConfig } from "@kubernetes/client-node/dist/config";
import type { Cluster } from "@kubernetes/client-node/dist/config_types";
import { PortForward } from "@kubernetes/client-node/dist/portforward";
import type { Signature } from "../../../sandbox/kube";
import { MONITORING_PORT, type IstiodDoor, type IstiodPod } from "./istiod";

const TIMEOUT_MS = 20_000;
const GOODBYE_MS = 1_000;

/** What a port is forwarded by. */
export interface ForwardArgs {
  /** Where the API server is, and how it is known. */
  readonly kubeconfig: string;
  /** @default the current one */
  readonly context: string | undefined;
  /** Sign-in of the next connection, in place of the kubeconfig's: a new one each time would run its command anew. */
  readonly sign: () => Promise<Signature>;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
  /** Time for a whole exchange. @default 20 seconds */
  readonly limitMs?: number;
}

/**
 * The way to istiod on any cluster: a port of its pod, forwarded by the API server. Its debug pages want a sign-in of
 * the mesh from whoever does not come by localhost, so the API server's own proxy gets none of them. Nothing listens
 * on this machine meanwhile.
 */
export function forwardedDoor({
  kubeconfig,
  context,
  sign,
  signal,
  limitMs = TIMEOUT_MS,
}: ForwardArgs): IstiodDoor {
  const known = new KubeConfig();
  known.loadFromString(kubeconfig);
  if (context !== undefined) known.setCurrentContext(context);
  const cluster = known.getCurrentCluster();
  return {
    get: (pod, path) => {
      const timeout = AbortSignal.timeout(limitMs);
      const ended = AbortSignal.any([signal, timeout]);
      const forward = new PortForward(new SignedConfig(cluster, sign, ended));
      const limit = `no answer within ${limitMs / 1000} s`;
      return getForwarded(forward, pod, path, { signal, timeout, ended, limit });
    },
  };
}

/**
 * A cluster whose connections are signed by somebody else, and end with a signal, before they have come about, too: the
 * client itself sets no limit.
 */
class SignedConfig extends KubeConfig {
  constructor(
    cluster: Cluster | null,
    private readonly sign: () => Promise<Signature>,
    private readonly signal: AbortSignal,
  ) {
    super();
    // Without a user the client forgets the cluster's CA.
    if (cluster !== null) this.loadFromClusterAndUser(cluster, { name: "signed" });
  }

  override async applyToHTTPSOptions(options: RequestOptions): Promise<void> {
    const { authorization, cert, key } = await this.sign();
    Object.assign(options, {
      signal: this.signal,
      ...(authorization === undefined ? {} : { headers: { Authorization: authorization } }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    });
    await super.applyToHTTPSOptions(options);
  }
}

/** When an exchange ends. */
interface Ending {
  /** Of the whole command. */
  readonly signal: AbortSignal;
  /** Of this exchange. Whoever waits holds on to it: as a mere part of another signal it may be forgotten unfired. */
  readonly timeout: AbortSignal;
  /** Both. */
  readonly ended: AbortSignal;
  /** What is said then. */
  readonly limit: string;
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
  { signal, timeout, ended, limit }: Ending,
): Promise<string> {
  const where = `istiod pod ${name}, ${path}`;
  const [toPod, fromPod, said] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const opened: unknown = await forward
    .portForward(namespace, name, [MONITORING_PORT], fromPod, said, toPod)
    .catch((error: unknown) => {
      signal.throwIfAborted();
      const words = timeout.aborted ? limit : wordsOf(error);
      throw new Error(`${where}: the API server forwards no port: ${words}`, { cause: error });
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
    const own = timeout.aborted ? limit : wordsOf(error);
    throw new Error(`${where}: ${words === "" ? own : words}`, { cause: error });
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
