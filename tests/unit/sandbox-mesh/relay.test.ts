import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { INBOUND_SOCKET } from "../../../sandbox/node/mesh/capture";
import { PodRelay } from "../../../sandbox/node/mesh/relay";

const [ADDRESS, LOCALHOST] = ["127.200.3.4", "127.201.3.4"];

/** Answers with what it got, once the caller has ended, and its own name before it. */
function echo(name: string): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    let text = "";
    socket.on("data", (part: Buffer) => (text += part.toString()));
    socket.on("error", () => socket.destroy());
    socket.on("end", () => socket.end(`${name}: ${text}`));
  });
}

/** What comes back for a message, or the code of the error. */
function say(port: number, from: string, message: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: ADDRESS, port, localAddress: from });
    let text = "";
    socket.on("data", (part: Buffer) => (text += part.toString()));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    socket.once("end", () => resolve(text));
    socket.end(message);
  });
}

describe("the relay of a pod", () => {
  let folder: string;
  let relay: PodRelay;
  let port: number;
  const servers: Server[] = [];

  const listen = (server: Server, where: Parameters<Server["listen"]>[0]): Promise<void> => {
    servers.push(server);
    return new Promise((resolve) => server.listen(where as { port: number }, resolve));
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "relay-"));
    const application = echo("application");
    await listen(application, { host: LOCALHOST, port: 0 });
    port = (application.address() as { port: number }).port;
    relay = new PodRelay({ address: ADDRESS, localhost: LOCALHOST, sockets: folder });
    await relay.serve([{ port, socket: INBOUND_SOCKET }]);
  });
  after(async () => {
    await relay.stop();
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("resets connections while there is no proxy", async () => {
    assert.equal(await say(port, "127.0.0.1", "hello"), "ECONNRESET");
  });

  it("leads others to the proxy, and says where they come from and were going", async () => {
    await listen(echo("proxy"), { path: join(folder, INBOUND_SOCKET) });
    const answer = await say(port, "127.0.0.1", "hello");
    assert.match(answer, new RegExp(`^proxy: PROXY TCP4 127\\.0\\.0\\.1 ${ADDRESS} \\d+ ${port}\r\nhello$`));
  });

  it("leads the proxy's own connections to the application, as they are", async () => {
    assert.equal(await say(port, "127.0.0.6", "hello"), "application: hello");
  });

  it("says which port it cannot have", async () => {
    const second = new PodRelay({ address: ADDRESS, localhost: LOCALHOST, sockets: folder });
    await assert.rejects(second.serve([{ port, socket: INBOUND_SOCKET }]), /EADDRINUSE/);
    await second.stop();
  });

  it("takes no port any more once it was stopped, whenever it was asked to", async () => {
    const others = [port + 1, port + 2].map((one) => ({ port: one, socket: INBOUND_SOCKET }));
    const second = new PodRelay({ address: "127.200.3.5", localhost: LOCALHOST, sockets: folder });
    const serving = second.serve(others.slice(0, 1));
    await second.stop();
    await serving;
    await second.serve(others);
    const next = new PodRelay({ address: "127.200.3.5", localhost: LOCALHOST, sockets: folder });
    await next.serve(others);
    await next.stop();
  });
});
