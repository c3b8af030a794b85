import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { download } from "../../../sandbox/tools/download";
import { readTarMember } from "../../../sandbox/tools/tar";

const PROGRAM = Buffer.from("#!/bin/sh\necho 1.0.0\n");
const ARCHIVE = tarGz([
  ["tool-v1/README", Buffer.from("x".repeat(700))],
  ["tool-v1/tool", PROGRAM],
]);

function sha256(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

/** A ustar archive of plain files. */
function tarGz(files: readonly (readonly [string, Buffer])[]): Buffer {
  const blocks = files.flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write("0000755\0", 100);
    header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("0", 156);
    header.write("ustar\0", 257);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

describe("tools: download", () => {
  let server: Server;
  let answer: RequestListener;
  let folder: string;
  let target: string;
  let url: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "download-"));
    target = join(folder, "tool");
    answer = (_request, response) => response.end(ARCHIVE);
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tool.tar.gz`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  it("writes the program out of a checked archive, executable", async () => {
    await download({ url, sha256: sha256(ARCHIVE), member: "tool-v1/tool" }, target);
    assert.deepEqual(readFileSync(target), PROGRAM);
    assert.equal(statSync(target).mode & 0o111, 0o111);
  });

  it("writes a file that is the program itself", async () => {
    answer = (_request, response) => response.end(PROGRAM);
    await download({ url, sha256: sha256(PROGRAM) }, target);
    assert.deepEqual(readFileSync(target), PROGRAM);
  });

  it("refuses a file with another checksum, and writes nothing", async () => {
    await assert.rejects(
      download({ url, sha256: "0".repeat(64), member: "tool-v1/tool" }, target),
      new RegExp(`has the checksum ${sha256(ARCHIVE)}, but 0{64} is expected`),
    );
    assert.ok(!existsSync(target));
  });

  it("gives up on a server that accepts and never answers", async () => {
    answer = () => undefined;
    await assert.rejects(
      download({ url, sha256: "" }, target, { limits: { answerMs: 50 } }),
      /no answer for 0.05 s/,
    );
  });

  it("gives up on a server that stops in the middle", async () => {
    answer = (_request, response) => {
      response.writeHead(200, { "content-length": ARCHIVE.length });
      response.write(ARCHIVE.subarray(0, 10));
    };
    const limits = { answerMs: 5_000, stallMs: 50 };
    await assert.rejects(
      download({ url, sha256: sha256(ARCHIVE) }, target, { limits }),
      /no answer for 0.05 s/,
    );
  });

  it("says what the server answers, and why it cannot be reached", async () => {
    answer = (_request, response) => response.writeHead(403).end();
    await assert.rejects(download({ url, sha256: "" }, target), /answers 403/);
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(download({ url, sha256: "" }, target), /ECONNREFUSED/);
  });

  it("ends when it is told to", async () => {
    answer = () => undefined;
    const signal = AbortSignal.timeout(20);
    await assert.rejects(download({ url, sha256: "" }, target, { signal }), { name: "TimeoutError" });
  });

  it("finds no file that an archive does not have, and notices a cut one", () => {
    assert.throws(() => readTarMember(ARCHIVE, "tool-v2/tool"), /has no file tool-v2\/tool/);
    const cut = gzipSync(Buffer.concat([Buffer.alloc(0), tarHeaderOnly()]));
    assert.throws(() => readTarMember(cut, "tool"), /tool is cut off/);
  });
});

function tarHeaderOnly(): Buffer {
  const header = Buffer.alloc(512);
  header.write("tool", 0);
  header.write("00000001000\0", 124);
  header.write("0", 156);
  return header;
}
