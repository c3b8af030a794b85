import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { drain, isForgotten } from "../../../sandbox/node/mesh/admin";

const [ONE, OTHER] = ["127.201.7.1", "127.201.7.2"];

/** An admin page that knows an endpoint for so many questions. */
async function page(host: string, knownFor: number, asked: string[]): Promise<Server> {
  let left = knownFor;
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
    const line = "outbound|80||a.b.svc.cluster.local::127.1.3.4:8080::cx_active::0\n";
    response.end(left-- > 0 ? line : "outbound|80||a.b.svc.cluster.local::127.1.3.45:8080::cx_active::0\n");
  });
  await new Promise<void>((resolve) => server.listen(15000, host, resolve));
  return server;
}

describe("the admin page of a proxy", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  it("is asked until no proxy has the endpoint; one that is not there sends nothing", async () => {
    const asked: string[] = [];
    servers.push(await page(ONE, 2, asked));
    assert.equal(await isForgotten("127.1.3.4", [ONE, OTHER], 10_000), true);
    assert.deepEqual(asked, ["GET /clusters", "GET /clusters", "GET /clusters"]);
  });

  it("is given up after a while", async () => {
    servers.push(await page(ONE, 1_000, []));
    assert.equal(await isForgotten("127.1.3.4", [ONE], 300), false);
  });

  it("is asked again where it does not answer in time, and is taken to know until it says otherwise", async () => {
    let [asked, isFrozen] = [0, true];
    const server = createServer((_, response) => {
      asked += 1;
      if (!isFrozen) response.end();
    });
    await new Promise<void>((resolve) => server.listen(15000, ONE, resolve));
    servers.push(server);
    assert.equal(await isForgotten("127.1.3.4", [ONE], 600), false);
    const before = asked;
    const thawed = isForgotten("127.1.3.4", [ONE], 60_000);
    while (asked === before) await new Promise(setImmediate);
    isFrozen = false;
    assert.equal(await thawed, true);
  });

  it("is told to take leave: of all listeners at a gateway, of inbound ones beside an application", async () => {
    const asked: string[] = [];
    servers.push(await page(ONE, 0, asked));
    await drain(ONE, true);
    await drain(ONE, false);
    assert.deepEqual(asked, ["POST /drain_listeners?graceful", "POST /drain_listeners?inboundonly&graceful"]);
  });
});
