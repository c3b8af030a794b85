import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A program in istiod's place: it answers `/ready` on its --httpAddr with 200 once the file `ready` is in its
 * volume `switch`, on `/alive` with 200 until `/sicken` is asked, tells what it was given under `/given` and ends
 * with code 3 on `/crash`.
 */
const PROGRAM = `
const http = require("node:http");
const fs = require("node:fs");
const path = require("node:path");
const address = process.argv.filter((arg) => arg.startsWith("--httpAddr=")).pop().slice(11);
const [host, port] = address.split(":");
let sick = false;
const read = (folder) => {
  const found = {};
  const walk = (at) => {
    for (const entry of fs.readdirSync(at)) {
      if (entry.startsWith("..")) continue;
      const file = path.join(at, entry);
      if (fs.statSync(file).isDirectory()) walk(file);
      else found["/" + path.relative(".", file)] = fs.readFileSync(file, "utf8");
    }
  };
  walk(folder);
  return found;
};
process.on("SIGTERM", () => process.exit(0));
http.createServer((request, response) => {
  if (request.url === "/crash") process.exit(3);
  if (request.url === "/sicken") sick = true;
  if (request.url === "/alive" && sick) response.statusCode = 500;
  if (request.url === "/ready") response.statusCode = fs.existsSync("switch/ready") ? 200 : 503;
  response.end(JSON.stringify({ pid: process.pid, args: process.argv.slice(2), env: process.env, files: read(".") }));
}).listen(Number(port), host);
`;

/** What the program says that it was given. */
export interface Given {
  readonly pid: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Contents of the files below its working folder, by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** Writes the program into a folder of its own. */
export function makeStub(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "global-mesh-stub-"));
  const path = join(folder, "stub");
  writeFileSync(path, `#!${process.execPath}\n${PROGRAM}`);
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
