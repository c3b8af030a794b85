import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { Command } from "commander";
import { orderOf, renderCurl, withCurlOptions, type CurlOptions } from "../../../cli/sandbox/curl";
import type { Answer, Result } from "../../../sandbox/app/settings";

const answer: Answer = {
  workload: "ai-agent",
  version: "v2",
  namespace: "production",
  region: "westeurope",
  pod: "ai-agent-v2-1",
  self: "spiffe://cluster.local/ns/production/sa/ai-agent",
  caller: "spiffe://cluster.local/ns/production/sa/buyer",
  method: "GET",
  path: "/api/health",
  headers: {},
  count: 1,
};

const rendered = (...results: Partial<Result>[]): string =>
  stripVTControlCharacters(
    renderCurl({
      from: "eastus/ai-agent",
      url: "http://ai-agent.global/",
      results: results.map((result) => ({ ms: 5, at: 0, ...result })),
    }),
  );

describe("what mesh sandbox curl shows", () => {
  it("of one request: status, who answered, and both identities", () => {
    const text = rendered({ status: 200, answer });
    for (const part of [
      "200 in 5 ms",
      "ai-agent, version v2",
      "westeurope",
      "production/ai-agent-v2-1",
      "GET /api/health",
    ])
      assert.ok(text.includes(part), `${part} in ${text}`);
    assert.match(text, /its identity +spiffe:.*ai-agent\n/);
    assert.match(text, /caller's identity +spiffe:.*buyer\n/);
  });

  it("of one without an identity, from somebody else, or without an answer", () => {
    const plain = Object.fromEntries(
      Object.entries(answer).filter(([name]) => name !== "self" && name !== "caller"),
    ) as unknown as Answer;
    assert.match(rendered({ status: 200, answer: plain }), /its identity +none: it came in plaintext/);
    assert.equal(
      rendered({ status: 403, body: "RBAC: access denied" }),
      "403 in 5 ms, not from an application\nRBAC: access denied",
    );
    assert.equal(
      rendered({ error: "ENOTFOUND" }),
      "no answer: the proxy knows no such name (ENOTFOUND), after 5 ms",
    );
  });

  it("of several: how many of each kind, the most frequent first", () => {
    const first = { ...answer, version: "v1", region: "eastus" };
    const text = rendered(
      { status: 200, answer },
      { status: 200, answer: first },
      { status: 200, answer: first },
      { error: "ETIMEDOUT", ms: 10_000 },
    );
    const rows = text.split("\n").filter((line) => /│ \d/.test(line));
    assert.deepEqual(
      rows.map((row) =>
        row
          .split("│")
          .map((cell) => cell.trim())
          .filter((cell) => cell !== ""),
      ),
      [
        ["2", "50.0", "200", "ai-agent", "v1", "eastus"],
        ["1", "25.0", "200", "ai-agent", "v2", "westeurope"],
        ["1", "25.0", "it took too long (ETIMEDOUT)"],
      ],
    );
    assert.match(text, /4 requests; p50 5 ms, p99 10000 ms, longest 10000 ms$/);
  });
});

describe("what mesh sandbox curl sends", () => {
  const from = "eastus/ai-agent";

  it("has every header that is said, and those of one name as one list", () => {
    const header = ["X-Tag: one", "accept: text/html", "x-tag: two", "Cookie: a=1", "cookie: b=2"];
    assert.deepEqual(orderOf("http://host/", { from, header }).headers, {
      "x-tag": "one, two",
      accept: "text/html",
      cookie: "a=1; b=2",
    });
  });

  it("goes to the address, wherever that stands among headers", async () => {
    const given: unknown[] = [];
    const command = withCurlOptions(new Command())
      .exitOverride()
      .action((url: string, { header }: CurlOptions) => {
        given.push(url, header);
      });
    const args = ["--from", from, "-H", "x: 1", "-H", "y: 2", "http://host/"];
    await command.parseAsync(args, { from: "user" });
    assert.deepEqual(given, ["http://host/", ["x: 1", "y: 2"]]);
  });
});
