import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { after, before, describe, it } from "mocha";
import { adminDoor, armServer } from "../../../sandbox/arm";
import { address, bench, group, id, ipId, net, network, SUBSCRIPTION, type Bench } from "./support";

const TOKEN = "a token of the test";

describe("ARM over HTTP", () => {
  let b: Bench;
  let server: Server;
  let url: string;
  let ready = false;
  const asked: string[] = [];

  before(async () => {
    b = bench();
    const door = adminDoor(b.arm, {
      ready: () => ready,
      clusters: () => [{ name: "c" }],
      stopCluster: (name) => Promise.resolve(void asked.push(`stop ${name}`)),
      startCluster: (name) => Promise.resolve(void asked.push(`start ${name}`)),
      stop: () => asked.push("stop"),
    });
    server = armServer(b.arm, TOKEN, door);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  async function call(method: string, path: string, body?: unknown, token = TOKEN) {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed =
      text === ""
        ? undefined
        : (JSON.parse(text) as Record<string, unknown> & { error?: { code: string; message: string } });
    return { status: response.status, headers: response.headers, body: parsed };
  }
  const version = "?api-version=2024-05-01";

  it("wants its token", async () => {
    assert.equal((await call("GET", id("g"), undefined, "another")).status, 401);
    assert.equal((await call("GET", "/sandbox/health", undefined, "")).status, 401);
  });

  it("tells anybody where Resource Manager is, and nothing else", async () => {
    const cloud = await call("GET", "/metadata/endpoints?api-version=2022-09-01", undefined, "");
    assert.equal(cloud.body?.["resourceManager"], url);
    assert.equal((await call("GET", "/metadata/other", undefined, "")).status, 401);
  });

  it("answers a creation with 201 and an operation to follow, an update with 200, a deletion with 202 and then 204", async () => {
    assert.equal((await call("PUT", `${id("g")}?api-version=2024-03-01`, group)).status, 201);
    assert.equal((await call("PUT", `${id("g")}?api-version=2024-03-01`, group)).status, 200);
    const made = await call("PUT", `${net("v")}${version}`, network("10.1.0.0/16"));
    assert.equal(made.status, 201);
    assert.equal((made.body?.["properties"] as { provisioningState: string }).provisioningState, "Creating");
    assert.ok(made.headers.get("retry-after"));
    assert.equal(await follow(made.headers), "Succeeded");
    assert.equal((await call("GET", `${net("v")}${version}`)).status, 200);
    assert.equal((await call("HEAD", `${net("v")}${version}`)).status, 204);
    const gone = await call("DELETE", `${net("v")}${version}`);
    assert.equal(gone.status, 202);
    assert.equal(await follow(gone.headers), "Succeeded");
    assert.equal((await call("DELETE", `${net("v")}${version}`)).status, 204);
    assert.equal((await call("GET", `${net("v")}${version}`)).body?.error?.code, "ResourceNotFound");
  });

  async function follow(headers: Headers): Promise<unknown> {
    const operation = headers.get("azure-asyncoperation") ?? "";
    assert.match(operation, /\/providers\/Microsoft\.Network\/locations\/[^/]+\/operations\//);
    for (;;) {
      const { body } = await call("GET", operation);
      if (body?.["status"] !== "InProgress") return body?.["status"];
    }
  }

  it("wants an api-version that it knows, JSON, and a known method", async () => {
    assert.equal((await call("GET", id("g"))).body?.error?.code, "MissingApiVersionParameter");
    const other = await call("PUT", `${net("v")}?api-version=2015-01-01`, network("10.1.0.0/16"));
    assert.equal(other.body?.error?.code, "NoRegisteredProviderFound");
    assert.match(other.body.error.message, /2024-05-01/);
    assert.equal(
      (await call("PUT", `${net("v")}${version}`, "{")).body?.error?.code,
      "InvalidRequestContent",
    );
    assert.equal(
      (await call("PUT", `${net("v")}${version}`, "[]")).body?.error?.code,
      "InvalidRequestContent",
    );
    assert.equal((await call("TRACK", `${net("v")}${version}`).catch(() => ({ status: 405 }))).status, 405);
  });

  it("lists, patches tags, and says whether a DNS label is free", async () => {
    await call("PUT", `${ipId("one")}${version}`, address("shop"));
    const list = await call("GET", `${id("g/providers/Microsoft.Network/publicIPAddresses")}${version}`);
    assert.equal((list.body?.["value"] as unknown[]).length, 1);
    const patched = await call("PATCH", `${ipId("one")}${version}`, { tags: { a: "b" } });
    assert.deepEqual(patched.body?.["tags"], { a: "b" });
    const check = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/locations/eastus/CheckDnsNameAvailability`;
    const free = async (label: string) =>
      (await call("GET", `${check}${version}&domainNameLabel=${label}`)).body?.["available"];
    assert.deepEqual([await free("shop"), await free("other")], [false, true]);
    await call("POST", "/sandbox/labels", { label: "other", location: "eastus" });
    assert.equal(await free("other"), false);
    await call("POST", "/sandbox/labels", { label: "other", location: "eastus", taken: false });
    assert.equal(await free("other"), true);
  });

  it("fails on request, once", async () => {
    const effect = { kind: "status", status: 429, retryAfterMs: 1500 };
    assert.equal((await call("POST", "/sandbox/faults", { method: "GET", name: "one", effect })).status, 201);
    const hit = await call("GET", `${ipId("one")}${version}`);
    assert.equal(hit.status, 429);
    assert.equal(hit.headers.get("retry-after"), "2");
    assert.equal((await call("GET", `${ipId("one")}${version}`)).status, 200);
    for (const bad of [
      {},
      { effect: { kind: "magic" } },
      { effect, colour: "red" },
      { effect: { kind: "status", status: 200 } },
      { effect: { kind: "drop", when: "never" } },
      { effect: { kind: "hang" } },
    ]) {
      assert.equal((await call("POST", "/sandbox/faults", bad)).body?.error?.code, "InvalidFault");
    }
    assert.equal((await call("DELETE", "/sandbox/faults")).status, 204);
  });

  it("has a side door for reports, drift, clusters and the end", async () => {
    assert.equal((await call("GET", "/sandbox/health")).status, 503);
    ready = true;
    assert.equal((await call("GET", "/sandbox/health")).status, 200);
    assert.equal((await call("GET", "/sandbox/identity")).body?.["subscriptionId"], SUBSCRIPTION);
    const report = (await call("GET", "/sandbox/report")).body;
    assert.deepEqual(report?.["clusters"], [{ name: "c" }]);
    assert.ok((report["resources"] as string[]).includes(ipId("one")));
    const drift = await call("PATCH", `/sandbox/resource?id=${ipId("one")}`, { tags: { by: "hand" } });
    assert.deepEqual(drift.body?.["tags"], { a: "b", by: "hand" });
    await call("POST", "/sandbox/clusters/c/stop");
    await call("POST", "/sandbox/clusters/c/start");
    assert.equal((await call("POST", "/sandbox/stop")).status, 202);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(asked, ["stop c", "start c", "stop"]);
    assert.equal((await call("GET", "/sandbox/nothing")).status, 404);
  });
});
