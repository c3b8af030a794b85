import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { CurlUsageError, readOptions } from "../../../sandbox/app/curl/options";
import { runCurl } from "../../../sandbox/app/curl/run";
import { writeOut } from "../../../sandbox/app/curl/write-out";

const URL_ = "http://test-app.global/";

describe("the args of curl", () => {
  it("are read as far as the sandbox plays it", () => {
    const args = [
      "--silent",
      "--retry",
      "2",
      "--header",
      "X-A: b c",
      "--output",
      "/x",
      "--max-filesize",
      "9",
    ];
    assert.deepEqual(readOptions([...args, URL_]), {
      url: URL_,
      headers: { "x-a": "b c" },
      retry: 2,
      retryRefused: false,
      writeOut: "",
      maxFilesize: 9,
      output: "/x",
    });
  });

  const refused: readonly [string, readonly string[], RegExp][] = [
    ["an option that it does not play", ["--insecure", URL_], /option --insecure/],
    ["a short option", ["-s", URL_], /option -s/],
    ["a value in the same word", ["--retry=2", URL_], /option --retry=2/],
    ["an option without its value", [URL_, "--retry"], /option --retry: requires parameter/],
    ["a number that is none", ["--retry", "two", URL_], /option --retry: expected/],
    ["a header without a name", ["--header", "x", URL_], /option --header/],
    ["no URL", [], /one URL.*0/],
    ["two URLs", [URL_, URL_], /one URL.*2/],
    ["another scheme", ["https://a/"], /only http/],
  ];
  for (const [what, args, says] of refused)
    it(`are refused by name: ${what}`, () =>
      assert.throws(
        () => readOptions(args),
        (error) => error instanceof CurlUsageError && says.test(error.message),
      ));

  it("write nothing of a variable that is not known", () => {
    const transfer = { exitcode: 0, http_code: 0, num_retries: 0, errormsg: "", headers: {} };
    assert.throws(() => writeOut("%{time_total}", transfer), /time_total/);
    assert.deepEqual(writeOut("a%output{f}b\\n%{http_code}%output{>>f}c", transfer), [
      { append: true, text: "a" },
      { file: "f", append: false, text: "b\n000" },
      { file: "f", append: true, text: "c" },
    ]);
  });
});

describe("curl, as the sandbox plays it", () => {
  let root: string;
  let server: Server;
  let statuses: number[] = [];
  let body = "hello";

  before((done) => {
    root = mkdtempSync(path.join(tmpdir(), "global-mesh-curl-"));
    mkdirSync(path.join(root, "dev"));
    server = createServer((_, response) => {
      response.writeHead(statuses.shift() ?? 200, { "x-region": "eastus" }).end(body);
    }).listen(0, "127.0.0.1", done);
  });
  after((done) => {
    rmSync(root, { recursive: true, force: true });
    server.close(done);
  });

  const LINE = "\\n%{exitcode} %{http_code} %header{x-region} %{num_retries}";

  async function curl(...more: string[]): Promise<{ code: number; words: string }> {
    const { port } = server.address() as AddressInfo;
    const fixed = ["--output", "/dev/log", "--write-out", `%output{>>/dev/log}${LINE}`, "--retry-delay", "0"];
    const url = more.at(-1)?.startsWith("http") === true ? [] : [`http://127.0.0.1:${port}/`];
    const args = [...fixed, ...more, ...url];
    const code = await runCurl({ args, root, namespace: "default", host: "127.0.0.1" });
    return { code, words: readFileSync(path.join(root, "dev", "log"), "utf8") };
  }

  it("keeps the answer, and what it is told to write behind it", async () => {
    assert.deepEqual(await curl(), { code: 0, words: "hello\n0 200 eastus 0" });
  });

  it("tries again what may pass, and nothing else", async () => {
    statuses = [503, 503];
    assert.deepEqual(await curl("--retry", "2"), { code: 0, words: "hello\n0 200 eastus 2" });
    statuses = [503, 503];
    assert.match((await curl("--retry", "1")).words, /0 503 eastus 1$/);
    statuses = [403];
    assert.match((await curl("--retry", "2")).words, /0 403 eastus 0$/);
  });

  it("keeps no answer that is longer than it is told", async () => {
    body = "x".repeat(600);
    assert.deepEqual(await curl("--max-filesize", "512"), { code: 63, words: "\n63 200 eastus 0" });
    body = "hello";
  });

  it("ends as curl does where nobody answers", async () => {
    assert.match((await curl("http://nowhere.global/")).words, /^\n6 000 {2}0$/);
    assert.match((await curl("http://127.0.0.1:1/")).words, /^\n7 000 {2}0$/);
  });

  it("ends with 2 where its args are not known, before it sends anything", async () => {
    const said = console.error;
    console.error = () => undefined;
    try {
      assert.equal((await curl("--insecure")).code, 2);
    } finally {
      console.error = said;
    }
  });
});
