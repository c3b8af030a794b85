import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ask, ProbeCounter, probeTarget } from "../../../sandbox/node/probes";
import { containerOf } from "./support";

describe("probeTarget", () => {
  const container = containerOf({ ports: [{ name: "health", containerPort: 15021 }] });
  it("goes to the pod's address, by number or by name of the port", () => {
    assert.deepEqual(probeTarget({ httpGet: { path: "/ready", port: 8080 } }, container, "127.1.3.1"), {
      kind: "http",
      url: "http://127.1.3.1:8080/ready",
      headers: {},
    });
    const named = {
      path: "healthz",
      port: "health",
      scheme: "HTTPS",
      httpHeaders: [{ name: "a", value: "b" }],
    };
    assert.deepEqual(probeTarget({ httpGet: named }, container, "127.1.3.1"), {
      kind: "http",
      url: "https://127.1.3.1:15021/healthz",
      headers: { a: "b" },
    });
  });
  it("names a port that the container does not have", () =>
    assert.throws(
      () => probeTarget({ tcpSocket: { port: "none" } }, container, "127.1.3.1"),
      /no port named "none"/,
    ));
  it("does not ask by exec", () =>
    assert.deepEqual(probeTarget({ exec: {} }, container, "127.1.3.1"), { kind: "unasked" }));
});

describe("ProbeCounter", () => {
  it("wants as many answers in a row as the thresholds say", () => {
    const counter = new ProbeCounter(2, 3);
    const verdicts = [true, true, false, false, true, false, false, false].map((answer) =>
      counter.count(answer),
    );
    assert.deepEqual(verdicts, [
      undefined,
      true,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      false,
    ]);
  });
});

describe("ask", () => {
  it("takes 2xx and 3xx for a yes and tells the other codes", async () => {
    const server = createServer((request, response) => {
      response.statusCode = Number(request.url?.slice(1));
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const target = (code: number) =>
      ({ kind: "http", url: `http://127.0.0.1:${port}/${code}`, headers: {} }) as const;
    assert.equal(await ask(target(204), 1000), undefined);
    assert.equal(await ask(target(302), 1000), undefined);
    assert.equal(await ask(target(503), 1000), "HTTP probe failed with statuscode: 503");
    server.close();
    assert.match((await ask({ kind: "tcp", host: "127.0.0.1", port: 1 }, 1000)) ?? "", /ECONNREFUSED/);
  });
});
