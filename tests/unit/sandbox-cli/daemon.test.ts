import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { DaemonClient } from "../../../cli/sandbox/daemon";
import type { SandboxHome } from "../../../sandbox/home";

describe("calls to the sandbox's daemon", () => {
  it("have a connection each: a kept one could end while it is used again", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "global-mesh-daemon-"));
    const adminTokenFile = path.join(folder, "admin-token");
    writeFileSync(adminTokenFile, "token");
    const ports: (number | undefined)[] = [];
    const server = createServer((request, response) => {
      ports.push(request.socket.remotePort);
      response.end(JSON.stringify({ authorization: request.headers.authorization }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const armUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const client = new DaemonClient({
        identity: () => ({ armUrl }),
        adminTokenFile,
      } as unknown as SandboxHome);
      for (let call = 0; call < 3; call += 1)
        assert.deepEqual(await client.call("POST", "/sandbox/requests", {}), {
          authorization: "Bearer token",
        });
      assert.equal(new Set(ports).size, 3);
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });

  it("end with their signal, and so does what the daemon sees of them", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "global-mesh-daemon-"));
    const adminTokenFile = path.join(folder, "admin-token");
    writeFileSync(adminTokenFile, "token");
    const controller = new AbortController();
    let gone: Promise<unknown> | undefined;
    const server = createServer((request) => {
      gone = once(request.socket, "close");
      controller.abort();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const armUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const home = { identity: () => ({ armUrl }), adminTokenFile } as unknown as SandboxHome;
      const call = new DaemonClient(home).call("POST", "/sandbox/requests", {}, 1000, controller.signal);
      await assert.rejects(call, { name: "AbortError" });
      await gone;
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
