import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Order } from "../../../sandbox/app/settings";
import { armServer } from "../../../sandbox/arm";
import { requestDoor } from "../../../sandbox/daemon/requests";
import type { DataPlane } from "../../../sandbox/node";
import { NoWorkloadError } from "../../../sandbox/node/mesh/members";
import { sendAs, sendOnceOpen } from "../../../sandbox/node/mesh/requests";
import { CONTROL_PORT } from "../../../sandbox/node/runners";
import { bench } from "../sandbox-azure/support";

const ROOT = path.resolve(__dirname, "../../..");
const HOST = "127.213.77.1";
const PORT = 18080;
const LIMIT_MS = 120_000;

async function eventually(what: string, check: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + LIMIT_MS;
  while (!(await check())) {
    assert.ok(Date.now() < end, what);
    await sleep(20);
  }
}

/** A pod without a readiness probe is ready before its program listens. */
describe("an order to a workload that is just starting", () => {
  const HERE = "127.213.77.2";
  const done = [{ status: 200, ms: 1, at: 1 }];
  const order: Order = { url: "http://shop.global/" };

  it("is given once the workload takes orders, and once only", async () => {
    let orders = 0;
    const app = createServer((_request, response) => {
      orders += 1;
      response.end(JSON.stringify(done));
    });
    let tries = 0;
    const sender = () => {
      tries += 1;
      if (tries === 3) app.listen(CONTROL_PORT, HERE);
      return { localhost: HERE, token: "t" };
    };
    try {
      assert.deepEqual(await sendOnceOpen(sender, order), done);
      assert.equal(orders, 1);
      assert.ok(tries >= 3, `${tries} tries`);
    } finally {
      app.close();
      app.closeAllConnections();
    }
  });

  it("ends when the workload is gone meanwhile", async () => {
    let tries = 0;
    const sender = () => {
      tries += 1;
      if (tries > 2) throw new NoWorkloadError("no workload cart is ready in eastus");
      return { localhost: HERE, token: "t" };
    };
    await assert.rejects(sendOnceOpen(sender, order), NoWorkloadError);
  });

  it("ends when the door stays shut, and when its giver goes", async () => {
    const sender = () => ({ localhost: HERE, token: "t" });
    await assert.rejects(
      sendOnceOpen(sender, order, { opensMs: 150 }),
      /does not take orders: connect ECONN/,
    );
    const giver = new AbortController();
    const sending = sendOnceOpen(sender, order, { signal: giver.signal });
    giver.abort();
    await assert.rejects(sending, { name: "AbortError" });
  });
});

/** Ctrl-C of `mesh sandbox curl`: what it ordered ends with it, all the way to the workload that sends. */
describe("an order whose giver goes", function () {
  this.timeout(2 * LIMIT_MS);

  describe("to a workload", () => {
    const token = randomUUID();
    let app: ChildProcess;

    before(async () => {
      const settings = {
        ...{ workload: "cart", version: "", namespace: "shop", pod: "cart-1", region: "eastus" },
        ...{ host: HOST, ports: [PORT], control: { host: HOST, port: CONTROL_PORT } },
      };
      app = spawn(process.execPath, ["--import", "tsx", "sandbox/app/main.ts"], {
        cwd: ROOT,
        env: { ...process.env, SANDBOX_APP: JSON.stringify(settings), SANDBOX_APP_TOKEN: token },
        stdio: ["ignore", "ignore", "inherit"],
      });
      await eventually("the application answers", () => state().then(Boolean, () => false));
    });
    after(() => app.kill("SIGKILL"));

    async function state(): Promise<{ answered: number; underWay: number }> {
      const answer = await fetch(`http://${HOST}:${CONTROL_PORT}/`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return (await answer.json()) as { answered: number; underWay: number };
    }

    it("ends with those that are under way, and no more are sent", async () => {
      const order: Order = { url: `http://${HOST}:${PORT}/?hold`, count: 50, concurrency: 2 };
      const giver = new AbortController();
      const sending = sendAs({ localhost: HOST, token }, order, giver.signal);
      sending.catch(() => undefined);
      await eventually("two requests are under way", async () => (await state()).underWay === 2);
      giver.abort();
      await assert.rejects(sending, { name: "AbortError" });
      await eventually("they end", async () => (await state()).underWay === 0);
      assert.deepEqual(await state(), { answered: 2, underWay: 0 });
    });
  });

  it("to the daemon is ended there", async () => {
    let given: AbortSignal | undefined;
    const plane = {
      send: (_workload: string, _order: Order, signal?: AbortSignal) => {
        given = signal;
        return new Promise(() => undefined);
      },
    } as unknown as DataPlane;
    const token = randomUUID();
    const server = armServer(
      bench().arm,
      token,
      requestDoor(
        () => plane,
        () => Promise.resolve(undefined),
      ),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const giver = new AbortController();
      const body = { region: "eastus", workload: "cart", order: { url: "http://shop.global/" } };
      const asked = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/sandbox/requests`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
        signal: giver.signal,
      });
      asked.catch(() => undefined);
      await eventually("the order is taken", () => given !== undefined);
      assert.equal(given?.aborted, false);
      giver.abort();
      await assert.rejects(asked);
      await eventually("it is ended", () => given?.aborted === true);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
