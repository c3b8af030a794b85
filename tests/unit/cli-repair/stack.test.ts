import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { repairStack } from "../../../cli/repair/stack";

describe("the pulumi of a stack", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(tmpdir(), "stack-test-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("is ended while it reads outputs from a backend that does not answer", async () => {
    const command = path.join(folder, "pulumi");
    const begun = path.join(folder, "begun");
    writeFileSync(command, `#!/bin/sh\necho x > "${begun}"\nexec sleep 600\n`, { mode: 0o755 });
    const controller = new AbortController();
    const { env } = process;
    const stack = repairStack({ name: "eastus", command, folder, env, signal: controller.signal });
    const reading = stack.pulumi(["stack", "output", "--json"]);
    const refused = assert.rejects(reading, /ended by SIGINT/);
    while (!existsSync(begun)) await sleep(10);
    controller.abort(new Error("ended by SIGINT"));
    await refused;
  });
});
