import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect as tlsConnect } from "node:tls";
import type { Answer } from "../../../../sandbox/app/settings";
import { reachablePort } from "../../../../sandbox/node/mesh/ports";

/** A request of a client that is no part of the mesh. */
export interface OutsideOrder {
  /** Where the connection goes: a public address, and the port as the Service has it. */
  readonly address: string;
  readonly port: number;
  /** Host that is asked for. */
  readonly host: string;
  /** @default "/" */
  readonly path?: string;
  /** @default "GET" */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** TLS: the name asked for, and the roots that the server's certificate is checked against. @default plaintext */
  readonly tls?: { readonly name: string; readonly roots: string };
}

/** What came of it. */
export interface OutsideResult {
  readonly status?: number;
  /** Why no answer came, e.g. `ECONNRESET`, `CERT_HAS_EXPIRED`. */
  readonly error?: string;
  readonly headers?: IncomingMessage["headers"];
  /** Who answered, where it was the sandbox's application. */
  readonly answer?: Answer;
  /** What came in place of such an answer. */
  readonly body?: string;
  /** SHA-256 of the certificate that the server showed, once it was found good. */
  readonly fingerprint?: string;
}

const LONGEST_MS = 15_000;

/** Asks as a client outside the mesh does, each time by a connection of its own. */
export async function askFromOutside(order: OutsideOrder): Promise<OutsideResult> {
  const { address, port, host, path = "/", method = "GET", headers = {}, tls } = order;
  const to = { host: address, port: reachablePort(port) };
  let fingerprint: string | undefined;
  const secure = () => {
    const socket = tlsConnect({ ...to, servername: tls?.name ?? "", ca: tls?.roots });
    socket.once("secureConnect", () => (fingerprint = socket.getPeerCertificate().fingerprint256));
    return socket;
  };
  return await new Promise((resolve) => {
    const fail = ({ code, message }: NodeJS.ErrnoException) => resolve({ error: code ?? message });
    const sent = httpRequest({
      ...to,
      path,
      method,
      headers: { ...headers, host },
      setHost: false,
      signal: AbortSignal.timeout(LONGEST_MS),
      // With any agent, Node would make the connection itself.
      ...(tls === undefined ? { agent: false as const } : { createConnection: secure }),
    });
    sent.once("error", fail);
    sent.once("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.once("error", fail);
      response.once("end", () => {
        const body = Buffer.concat(parts).toString();
        const answer = answerOf(body);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          ...(answer === undefined ? { body } : { answer }),
          ...(fingerprint === undefined ? {} : { fingerprint }),
        });
      });
    });
    sent.end();
  });
}

function answerOf(text: string): Answer | undefined {
  try {
    const value = JSON.parse(text) as Partial<Answer>;
    return typeof value.workload === "string" ? (value as Answer) : undefined;
  } catch {
    return undefined;
  }
}
