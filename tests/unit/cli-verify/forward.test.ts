import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { stringify } from "yaml";
import { forwardedDoor, type ForwardArgs } from "../../../cli/verify/ask/forward";

const POD = { name: "istiod-1", namespace: "istio-system", revision: "default" };
const PORT = 15014;

/** A frame of a WebSocket server with binary data. */
function frame(payload: Buffer): Buffer {
  const long = payload.length > 125;
  const head = Buffer.alloc(long ? 4 : 2);
  head[0] = 0x82;
  head[1] = long ? 126 : payload.length;
  if (long) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** The frame by which a side says that it closes. */
const CLOSE = Buffer.from([0x88, 0]);

/** The payload of a short frame of a client, which is masked. */
function payloadOf(data: Buffer): Buffer {
  const short = (data[1] ?? 0) & 0x7f;
  const at = short === 126 ? 4 : 2;
  const length = short === 126 ? data.readUInt16BE(2) : short;
  const mask = data.subarray(at, at + 4);
  return Buffer.from(
    data.subarray(at + 4, at + 4 + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0)),
  );
}

/** Data of a forwarded port: its channel is 0, that of errors 1; the first of each begins with the port. */
function channel(number: 0 | 1, text: string, first: boolean): Buffer {
  const port = Buffer.alloc(first ? 2 : 0);
  if (first) port.writeUInt16LE(PORT);
  return frame(Buffer.concat([Buffer.from([number]), port, Buffer.from(text)]));
}

describe("a port that the API server forwards", () => {
  const asked: { url: string; request: string; authorization: string | undefined }[] = [];
  let answer: (socket: Duplex, request: string) => void;
  /** Called where the server opens no WebSocket, and says nothing. */
  let silent: () => void;
  let kubeconfig: string;
  const open = new Set<Duplex>();
  const server = createServer((_, response) => response.writeHead(403).end("forbidden"));

  before(async () => {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
      open.add(socket);
      socket.on("close", () => open.delete(socket)).on("error", () => undefined);
      if (request.url?.includes("silent") === true) {
        socket.resume().on("end", () => socket.end());
        silent();
        return;
      }
      if (request.url?.includes("refused") === true) {
        socket.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n");
        return;
      }
      const key = `${request.headers["sec-websocket-key"] ?? ""}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash("sha1").update(key).digest("base64");
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n` +
          `sec-websocket-accept: ${accept}\r\nsec-websocket-protocol: v4.channel.k8s.io\r\n\r\n`,
      );
      // A kubelet sends the ports of both channels at once.
      socket.write(Buffer.concat([channel(0, "", true), channel(1, "", true)]));
      socket.once("data", (data: Buffer) => {
        const text = payloadOf(data).subarray(1).toString();
        const { authorization } = request.headers;
        asked.push({ url: request.url ?? "", request: text.split("\r\n")[0] ?? "", authorization });
        answer(socket, text);
        // What comes after the request is the client's word that it closes.
        socket.once("data", () => socket.end(CLOSE));
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    kubeconfig = stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        { name: "c", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } },
      ],
      // Its command would fail: whoever makes a door has signed in.
      users: [{ name: "u", user: { exec: { command: "/nothing" } } }],
      contexts: [{ name: "one", context: { cluster: "c", user: "u" } }],
      "current-context": "one",
    });
  });
  after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });

  const never = new AbortController().signal;
  const door = (more: Partial<ForwardArgs> = {}) =>
    forwardedDoor({
      kubeconfig,
      context: undefined,
      signal: never,
      sign: () => Promise.resolve({ authorization: "Bearer its-token" }),
      ...more,
    });

  it("carries a request to the pod's port for monitoring and its answer back, and is closed then", async () => {
    const body = JSON.stringify([{ id: "eastus-cluster", syncStatus: "config" }]);
    answer = (socket) => {
      const text = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
      // In two pieces, as a network may.
      socket.write(channel(0, text.slice(0, 30), false));
      socket.write(channel(0, text.slice(30), false));
    };
    assert.equal(await door().get(POD, "/debug/clusterz"), body);
    assert.deepEqual(asked.at(-1), {
      url: "/api/v1/namespaces/istio-system/pods/istiod-1/portforward?ports=15014",
      request: "GET /debug/clusterz HTTP/1.1",
      authorization: "Bearer its-token",
    });
    while (open.size > 0) await new Promise((done) => setTimeout(done, 10));
  });

  it("says what the kubelet says where the port cannot be reached", async () => {
    answer = (socket) => {
      socket.write(channel(1, "error forwarding port 15014: connection refused", false));
      socket.end(CLOSE);
    };
    await assert.rejects(
      door({ context: "one" }).get(POD, "/version"),
      /istiod pod istiod-1, \/version: error forwarding port 15014: connection refused/,
    );
  });

  it("says another status of istiod, and a refusal of the API server, without the token", async () => {
    answer = (socket) =>
      socket.write(channel(0, "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n", false));
    await assert.rejects(door().get(POD, "/debug/syncz"), /HTTP 401/);
    await assert.rejects(
      door().get({ ...POD, name: "refused" }, "/version"),
      (error: Error) => /forwards no port: .*403/.test(error.message) && !error.message.includes("its-token"),
    );
  });

  it("ends at once when the command is broken off", async () => {
    const controller = new AbortController();
    answer = () => controller.abort(new Error("ended by SIGINT"));
    await assert.rejects(door({ signal: controller.signal }).get(POD, "/version"), /ended by SIGINT/);
  });

  describe("of a server that does not open it", () => {
    const pod = { ...POD, name: "silent" };
    // Nothing would end this process while the connection stands.
    afterEach(async () => {
      while (open.size > 0) await new Promise((done) => setTimeout(done, 10));
    });

    it("ends at once when the command is broken off", async () => {
      const controller = new AbortController();
      silent = () => controller.abort(new Error("ended by SIGINT"));
      await assert.rejects(
        door({ signal: controller.signal }).get(pod, "/version"),
        /^Error: ended by SIGINT/,
      );
    });

    it("says that no answer came in time", async () => {
      silent = () => undefined;
      await assert.rejects(
        door({ limitMs: 500 }).get(pod, "/version"),
        /istiod pod silent, \/version: the API server forwards no port: no answer within 0\.5 s/,
      );
    });
  });
});
