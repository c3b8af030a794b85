import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const LOADER = path.resolve(__dirname, "../../../scripts/program-loader.cjs");

describe("scripts: the program's loader", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "loader-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
  };
  const args = ["--require", LOADER, "--print", 'JSON.stringify(require("./index.ts"))'];

  it("runs a program of several files, with packages as they are and JSON", () => {
    write({
      "index.ts": 'import { two } from "./lib/two"; import one from "one"; export = { one, two };',
      "lib/two.ts": "export enum E { Two = 2 }\nexport const two: number = E.Two;",
      "node_modules/one/index.js": "module.exports = __filename.endsWith('one/index.js') ? 1 : 0;",
    });
    assert.equal(
      execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" }),
      '{"one":1,"two":2}\n',
    );
  });

  it("leaves no process behind for later calls", () => {
    write({
      "index.ts": `import { readdirSync, readFileSync } from "node:fs";
        const children = readdirSync("/proc/self/task").flatMap((task) =>
          readFileSync(\`/proc/self/task/\${task}/children\`, "utf8").trim().split(" ").filter(Boolean));
        export = { children };`,
    });
    assert.equal(
      execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" }),
      '{"children":[]}\n',
    );
  });

  it("names file and line of the source where a program throws", () => {
    write({
      "index.ts": 'import { broken } from "./lib/broken";\nbroken();',
      "lib/broken.ts":
        'interface Gone {\n  a: 1;\n}\nexport function broken(): Gone {\n  throw new Error("x");\n}',
    });
    const { stderr, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    assert.equal(status, 1);
    assert.match(stderr, /at broken \(.*lib\/broken\.ts:5:9\)/);
    assert.match(stderr, /index\.ts:2:/);
  });

  it("lets an error of the SDK be printed as its runner prints it", () => {
    symlinkSync(path.resolve(__dirname, "../../../node_modules"), path.join(folder, "node_modules"));
    write({
      "index.ts": `import * as pulumi from "@pulumi/pulumi";
        import { inspect } from "node:util";
        pulumi.output(1).apply(() => { throw new Error("x"); }).apply(() => 1);
        process.once("unhandledRejection", (error) => {
          console.log(inspect(error, { colors: true }).length > 0 && error.stack.includes("@pulumi/pulumi/output.js"));
          process.exit(0);
        });
        export = {};`,
    });
    const runner = [
      "--require",
      "source-map-support/register",
      ...args.slice(0, 2),
      "--eval",
      'require("./index.ts")',
    ];
    const { stdout, stderr } = spawnSync(process.execPath, runner, {
      cwd: folder,
      encoding: "utf8",
      timeout: 60_000,
    });
    assert.equal(stdout, "true\n", stderr);
  });

  it("lets an error whose frames are older than itself be printed, too", () => {
    write({
      "index.ts": `const error = new Error("x");
        error.stack = "Error: x\\n    at a (/p/node_modules/@pulumi/resource.ts:1:2)\\n    at b (/p/index.ts:3:4)";
        void Promise.reject(error);
        export = {};`,
    });
    const runner = `
      process.on("unhandledRejection", (error) => console.log(require("util").inspect(error, { colors: true })));
      require(${JSON.stringify(LOADER)});
      require("./index.ts");`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--eval", runner], {
      cwd: folder,
      encoding: "utf8",
      timeout: 60_000,
    });
    assert.match(stdout, /resource\.ts:1:2\)\n.*\/p\/index\.ts:3:4/, stderr);
  });

  it("ends a program that nobody listens to any more, whatever is made of the error", async () => {
    write({
      "index.ts": `process.on("uncaughtException", (error) => console.error(String(error)));
        setInterval(() => console.log("tick"), 10);
        export = {};`,
    });
    const program = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    program.stdout.once("data", () => [program.stdout, program.stderr].forEach((stream) => stream.destroy()));
    try {
      assert.deepEqual(await once(program, "exit"), [1, null]);
    } finally {
      program.kill("SIGKILL");
    }
  });

  it("names file and line of what cannot be read", () => {
    write({ "index.ts": 'import "./lib/torn";', "lib/torn.ts": "export const a = {\n" });
    const { stderr, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    assert.equal(status, 1);
    assert.match(stderr, /lib\/torn\.ts:2:0: ERROR/);
  });

  it("names a file that is not there", () => {
    write({ "index.ts": 'import "./lib/nowhere";' });
    const { stderr, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    assert.equal(status, 1);
    assert.match(stderr, /index\.ts:1:7: ERROR: Could not resolve "\.\/lib\/nowhere"/);
  });
});
