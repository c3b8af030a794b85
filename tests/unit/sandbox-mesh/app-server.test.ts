import assert from "node:assert/strict";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AppServer } from "../../../sandbox/app/server";

describe("trouble on request, in one region only", () => {
  let server: Server;
  let base: string;

  before(async () => {
    const app = new AppServer({
      ...{ workload: "cart", version: "v1", namespace: "shop", pod: "cart-1", region: "eastus" },
      ...{ host: "127.0.0.1", ports: [], control: { host: "127.0.0.1", port: 0 } },
    });
    server = createServer((request, response) => void app.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  for (const [query, status] of [
    ["status=503", 503],
    ["status=503&in=eastus", 503],
    ["status=503&in=westeurope", 200],
    ["fail=1&in=westeurope", 200],
  ] as const)
    it(`${query} is answered with ${status}`, async () => {
      const answer = await fetch(`${base}/?${query}`);
      const { path } = (await answer.json()) as { path: string };
      assert.deepEqual([answer.status, path], [status, `/?${query}`]);
    });

  for (const path of ["//", "///", "//:x", "//%2fadmin", "//?a=?", "*"])
    it(`the path ${path} is answered as any other`, async () => {
      const seen = await new Promise((resolve, reject) => {
        const signal = AbortSignal.timeout(10_000);
        request(base, { path, agent: false, signal }, (answer) => {
          let text = "";
          answer.on("data", (part: Buffer) => (text += part.toString()));
          answer.once("end", () => resolve([answer.statusCode, (JSON.parse(text) as { path: string }).path]));
        })
          .once("error", reject)
          .end();
      });
      assert.deepEqual(seen, [200, path]);
    });

  it("what stands in the query is read whatever the path", async () => {
    assert.equal((await fetch(`${base}//x?status=503`)).status, 503);
  });
});
