import assert from "node:assert/strict";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { exchange, RequestFailed } from "../../../components/cluster/exchange";
import { ExecFailed, runExec } from "../../../components/cluster/sign-in";
import { accessFault } from "../../../components/cluster/joinable";
import { createAuthority, issueLeaf } from "../../../sandbox/cluster/pki";

describe("an API server that keeps silent", () => {
  let server: Server;
  let ca: string;
  before(async () => {
    const authority = await createAuthority("silent");
    ca = authority.certificate;
    const names = { commonName: "api", dnsNames: [], ipAddresses: ["127.0.0.1"] };
    const { certificate: cert, privateKey: key } = await issueLeaf(authority, names);
    server = createServer({ cert, key }, ({ url }, response) => {
      if (url === "/half") response.write("{");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  for (const at of ["/", "/half"]) {
    it(`is said to have timed out: ${at}`, async () => {
      const url = new URL(at, `https://127.0.0.1:${(server.address() as AddressInfo).port}`);
      await assert.rejects(exchange(url, { ca }, 500), (error) => {
        assert.ok(error instanceof RequestFailed);
        assert.deepEqual(error.failed, { code: "ETIMEDOUT" });
        return true;
      });
    });
  }
});

describe("an exec command that does not end", () => {
  it("is ended, also where what it started keeps its output open", async () => {
    // The command takes no SIGTERM, and its child outlives it.
    const exec = { command: "/bin/sh", args: ["-c", "trap '' TERM; sleep 20; sleep 20"] };
    await assert.rejects(runExec(exec, 300), (error) => {
      assert.ok(error instanceof ExecFailed);
      assert.equal(error.code, "ETIMEDOUT");
      const { command, code } = error;
      assert.match(accessFault("", { command, code }, "eastus"), /command \/bin\/sh did not end in time/);
      return true;
    });
  }).timeout(10_000);
});
