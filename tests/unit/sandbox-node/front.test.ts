import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Front } from "../../../sandbox/node/front";

const accepted: Socket[] = [];

/** A pod that answers each message with its own address. */
async function pod(address: string, port: number): Promise<Server> {
  const server = createServer((socket) => {
    accepted.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", () => socket.write(address));
  });
  server.listen(port, address);
  await once(server, "listening");
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

describe("Front", () => {
  let first: Server;
  let second: Server;
  let front: Front;
  let listen: number;

  beforeEach(async () => {
    first = await pod("127.0.0.2", 0);
    second = await pod("127.0.0.3", portOf(first));
    const free = createServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    listen = portOf(free);
    free.close();
    await once(free, "close");
    front = new Front("127.0.0.1", [{ listen, target: portOf(first) }]);
    await front.start();
  });
  afterEach(async () => {
    await front.stop();
    first.close();
    second.close();
  });

  const call = async (socket: Socket): Promise<string> => {
    socket.write("?");
    return await new Promise((resolve) => {
      socket.once("data", (part: Buffer) => resolve(part.toString()));
      socket.once("close", () => resolve("closed"));
      socket.once("error", () => resolve("refused"));
    });
  };
  const open = () => connect(listen, "127.0.0.1");
  const callOnce = async () => {
    const socket = open();
    const answer = await call(socket);
    socket.destroy();
    return answer;
  };

  it("refuses callers while no pod is ready", async () => assert.equal(await callOnce(), "refused"));

  it("spreads callers over the ready pods", async () => {
    front.set("127.0.0.2", true);
    front.set("127.0.0.3", true);
    assert.deepEqual([await callOnce(), await callOnce()].toSorted(), ["127.0.0.2", "127.0.0.3"]);
    front.set("127.0.0.3", false);
    assert.deepEqual([await callOnce(), await callOnce()], ["127.0.0.2", "127.0.0.2"]);
  });

  it("closes a caller's connection when the pod closes its own", async () => {
    front.set("127.0.0.2", true);
    const socket = open();
    await call(socket);
    const closed = once(socket, "close");
    for (const one of accepted) one.destroy();
    await closed;
  });

  it("says when a port is taken", async () =>
    await assert.rejects(
      new Front("127.0.0.1", [{ listen, target: 1 }]).start(),
      new RegExp(`port ${listen} of 127.0.0.1 is taken by another program`),
    ));
});
