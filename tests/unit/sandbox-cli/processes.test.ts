import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { sandboxContext } from "../../../cli/sandbox/context";
import { nothingToTakeDown, processLeaks } from "../../../cli/sandbox/down";
import { endLeftovers } from "../../../cli/sandbox/prepare";
import { endEverything } from "../../../cli/sandbox/up";
import { CONTAINER_MARK } from "../../../sandbox/processes/marked";

describe("what ends the processes of a sandbox", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "global-mesh-processes-"));
    writeFileSync(
      path.join(folder, "Pulumi.yaml"),
      "name: m\nconfig:\n  global-mesh:regions:\n    default:\n      eastus: { cidr: 10.10.0.0/16 }\n",
    );
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const context = () => sandboxContext({ program: folder, home: path.join(folder, "home") });

  for (const [what, end] of [
    ["the way down", () => endEverything(context())],
    ["the next start", () => endLeftovers(context().home)],
  ] as const)
    it(`finds what is left in a container that no record tells of: ${what}`, async () => {
      const root = path.join(context().home.clusters, "eastus", "pods", "p", "containers", "istio-proxy");
      const env = { PATH: process.env["PATH"], [CONTAINER_MARK]: root };
      const left = spawn("sleep", ["60"], { env, stdio: "ignore" });
      const ended = once(left, "exit");
      try {
        await once(left, "spawn");
        assert.deepEqual(processLeaks(context()), [`process ${String(left.pid)} (sleep)`]);
        assert.throws(
          () => nothingToTakeDown(context()),
          /There is no sandbox in .*\nThese still run: process/,
        );
        await end();
        await ended;
        assert.deepEqual(processLeaks(context()), []);
        assert.match(nothingToTakeDown(context()) ?? "", /^There is no sandbox in /);
      } finally {
        left.kill("SIGKILL");
      }
    });
});
