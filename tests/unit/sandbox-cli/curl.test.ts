import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { Command } from "commander";
import type { SandboxContext } from "../../../cli/sandbox/context";
import {
  curlExitCode,
  orderOf,
  renderCurl,
  sandboxCurl,
  withCurlOptions,
  type CurlOptions,
} from "../../../cli/sandbox/curl";
import { DaemonError } from "../../../cli/sandbox/daemon";
import { hintsFor, verifyCommandOf } from "../../../cli/sandbox/hints";
import { UsageError } from "../../../cli/usage";
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

  it("of several that nobody answered no times", () => {
    const text = rendered({ error: "ENOTFOUND" }, { error: "ENOTFOUND" });
    assert.match(text, /2 requests, none answered$/);
  });
});

describe("where mesh sandbox curl says to look", () => {
  const hints = (...results: Partial<Result>[]): readonly string[] =>
    hintsFor(
      results.map((result) => ({ ms: 5, at: 0, ...result })),
      "npx mesh verify --home h",
    );

  it("is a line for each kind of refusal that no application gave", () => {
    const refused = { status: 403, body: "RBAC: access denied" };
    const found = hints(refused, refused, { status: 404 }, { error: "ENOTFOUND" }, { status: 503, body: "" });
    assert.deepEqual(
      found.map((hint) => hint.split(":")[0]),
      ["403", "404", "ENOTFOUND", "503"],
    );
    assert.match(found[0] ?? "", /AuthorizationPolicy.*mesh matrix/);
    assert.match(found[3] ?? "", /npx mesh sandbox status, npx mesh verify --home h$/);
  });

  it("is nowhere where an application answered, or the answer says its cause itself", () => {
    assert.deepEqual(
      hints(
        { status: 404, answer },
        { status: 403, body: "Audiences in Jwt are not allowed" },
        { status: 503, body: "fault filter abort" },
        { status: 429 },
        { error: "ETIMEDOUT" },
      ),
      [],
    );
  });

  it("names the sandbox that was asked", () => {
    const at = (root: string, program = process.cwd()): string =>
      verifyCommandOf({ home: { root }, program } as unknown as SandboxContext);
    assert.equal(at(`${process.cwd()}/.sandbox`), "npx mesh verify --home .sandbox");
    assert.equal(at("/elsewhere", "/program"), "npx mesh verify --program /program --home /elsewhere");
  });
});

describe("what mesh sandbox curl ends with", () => {
  const ends = (fail: boolean, ...results: Partial<Result>[]): number =>
    curlExitCode(
      { from: "", url: "", results: results.map((result) => ({ ms: 5, at: 0, ...result })) },
      { fail },
    );

  it("is 0 where all were answered, 1 where one was not, and 22 with --fail where one was refused", () => {
    assert.equal(ends(false, { status: 200 }, { status: 503 }), 0);
    assert.equal(ends(false, { status: 200 }, { error: "ENOTFOUND" }), 1);
    assert.equal(ends(true, { status: 200 }, { status: 399 }), 0);
    assert.equal(ends(true, { status: 200 }, { status: 400 }), 22);
    assert.equal(ends(true, { status: 403 }, { error: "ENOTFOUND" }), 1);
  });

  it("stands in its help", () => {
    let text = "";
    const command = withCurlOptions(new Command()).configureOutput({ writeOut: (part) => (text += part) });
    command.outputHelp();
    assert.match(text, /-f, --fail +end with 22/);
    assert.match(text, /0 every request was answered, with whatever status, 403, 404 and 503 too;/);
  });

  it("is wrong usage where no such workload is ready, by the words of the daemon", async () => {
    const said = "no workload buyer is ready in eastus; those that are: ai-agent.";
    const context = {
      stacks: { regions: ["eastus"] },
      home: { identity: () => ({}) },
      daemon: {
        healthy: () => Promise.resolve(true),
        call: () =>
          Promise.reject(
            new DaemonError("404", JSON.stringify({ error: { code: "NoWorkload", message: said } })),
          ),
      },
    } as unknown as SandboxContext;
    await assert.rejects(
      sandboxCurl(context, "http://host/", { from: "eastus/buyer" }),
      (error: unknown) => error instanceof UsageError && error.message === `--from: ${said}`,
    );
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
