import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server } from "node:net";
import { isPortFree, listenerOf, listeningSockets, listensOn } from "../../../sandbox/processes/ports";

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100617F:192B 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 5001 1 0 100 0 0 10 0
   1: 0100617F:192B 0100617F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 5002 1 0 20 4 0 10 -1
   2: 00000000:192B 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 5003 1 0 100 0 0 10 0
   3: 0100627F:192B 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 5004 1 0 100 0 0 10 0
`;

describe("processes: ports", () => {
  it("finds the listening sockets of an endpoint, those that listen everywhere included", () => {
    assert.deepEqual(listeningSockets(TABLE, { host: "127.97.0.1", port: 6443 }), ["5001", "5003"]);
    assert.deepEqual(listeningSockets(TABLE, { host: "127.98.0.1", port: 6443 }), ["5003", "5004"]);
    assert.deepEqual(listeningSockets(TABLE, { host: "127.97.0.1", port: 6444 }), []);
  });

  describe("with a server", () => {
    let server: Server;
    let endpoint: { host: string; port: number };
    beforeEach(async () => {
      server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.96.0.1", resolve));
      endpoint = { host: "127.96.0.1", port: (server.address() as AddressInfo).port };
    });
    afterEach((done) => void server.close(done));

    it("knows whose it is", async () => {
      assert.equal(await isPortFree(endpoint), false);
      assert.equal(listensOn(process.pid, endpoint), true);
      assert.equal(listensOn(process.ppid, endpoint), false);
      assert.match(listenerOf(endpoint) ?? "", new RegExp(`^pid ${process.pid} \\(`));
    });

    it("takes the same port of another address for another endpoint", async () => {
      const other = { ...endpoint, host: "127.96.0.2" };
      assert.equal(await isPortFree(other), true);
      assert.equal(listensOn(process.pid, other), false);
      assert.equal(listenerOf(other), undefined);
    });
  });
});
