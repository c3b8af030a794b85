import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DamagedStateError } from "../../../cli/pulumi/state";
import { setSecretSetting } from "../../../cli/pulumi/secret-setting";
import { repair } from "../../../cli/repair/command";
import { sandboxContext, type SandboxContext } from "../../../cli/sandbox/context";
import { exclusively } from "../../../cli/sandbox/exclusive";
import { repairInterrupted } from "../../../cli/sandbox/interrupted";
import { releaseDeadLocks } from "../../../cli/sandbox/locks";
import { sandboxRegionDown } from "../../../cli/sandbox/region-down";
import { UsageError } from "../../../cli/usage";

describe("commands on a sandbox that was killed", () => {
  const { signal } = new AbortController();
  let folder: string;
  let context: SandboxContext;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "global-mesh-commands-"));
    const yaml =
      "name: m\nconfig:\n  global-mesh:regions:\n    default: { eastus: { cidr: 10.10.0.0/16 } }\n";
    writeFileSync(path.join(folder, "Pulumi.yaml"), yaml);
    context = sandboxContext({ program: folder, home: path.join(folder, "home") });
    const { home } = context;
    home.make();
    for (const made of [home.project, home.bin]) mkdirSync(made, { recursive: true });
    writeFileSync(path.join(home.project, "Pulumi.yaml"), yaml);
    home.writeIdentity({
      version: 1,
      home: home.root,
      block: 1,
      armUrl: "http://127.1.0.1:8300",
      subscriptionId: "s",
      slots: {},
      createdAt: "",
    });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function stack(name: string, text: string): void {
    const stacks = path.join(context.home.backend, ".pulumi", "stacks", "m");
    mkdirSync(stacks, { recursive: true });
    writeFileSync(path.join(stacks, `${name}.json`), text);
  }

  function bin(name: string, script: string): void {
    writeFileSync(path.join(context.home.bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  it("give back locks of stacks that left the table too", async () => {
    stack("asia", '{"checkpoint":{"latest":{"resources":[]}}}');
    const locks = path.join(context.home.backend, ".pulumi", "locks", "organization", "m", "asia");
    mkdirSync(locks, { recursive: true });
    writeFileSync(path.join(locks, "1.json"), JSON.stringify({ pid: 2 ** 22 + 1, timestamp: "" }));
    const given: string[] = [];
    const cancel = (name: string): Promise<void> => Promise.resolve(void given.push(name));
    await releaseDeadLocks({ ...context, workspace: { cancel } as SandboxContext["workspace"] });
    assert.deepEqual(given, ["asia"]);
  });

  it("take a region down only while all states can be read, and know a slip of the pen for one", async () => {
    stack("eastus", '{"checkpoint":');
    await assert.rejects(sandboxRegionDown(context, "eastus", signal), DamagedStateError);
    await assert.rejects(sandboxRegionDown(context, "eastsu", signal), UsageError);
  });

  it("exclude a repair of one of its stacks", async () => {
    const { home } = context;
    const asked = { stack: "eastus", program: folder, home: home.root };
    await exclusively(context, "mesh sandbox up", () =>
      assert.rejects(repair(asked, signal), /is at work on .*: mesh sandbox up, process/),
    );
    rmSync(home.identityFile);
    await assert.rejects(repair(asked, signal), /There is no sandbox in/);
  });

  it("go on although the releases of a cluster cannot be looked at", async () => {
    const release = {
      urn: "urn:pulumi:eastus::m::kubernetes:helm.sh/v3:Release::r",
      type: "kubernetes:helm.sh/v3:Release",
      custom: true,
      id: "n/r",
      inputs: { name: "r", namespace: "n" },
    };
    const provider = {
      urn: "urn:pulumi:eastus::m::pulumi:providers:kubernetes::p",
      type: "pulumi:providers:kubernetes",
      custom: true,
      id: "1",
      inputs: { kubeconfig: "clusters: []" },
    };
    const state = { version: 3, deployment: { resources: [provider, release] } };
    writeFileSync(path.join(folder, "state.json"), JSON.stringify(state));
    stack("eastus", '{"checkpoint":{"latest":{"pending_operations":[]}}}');
    bin("pulumi", `cat '${folder}/state.json'`);
    bin("helm", "echo 'Error: connection refused' >&2; exit 1");
    const notes: string[] = [];
    const view = {
      report: () => undefined,
      title: () => undefined,
      note: (line: string) => notes.push(line),
    };
    assert.equal(await repairInterrupted(context, "eastus", view, signal), 0);
    assert.deepEqual(notes.length, 1);
    assert.match(notes[0] ?? "", /^not looked at in eastus: Helm releases: .*connection refused/);
  });

  it("say that the engine refused a setting which it did not even read", async () => {
    bin("pulumi", "exec 0<&-; echo 'no such stack' >&2; exit 1");
    const { home } = context;
    const setting = { stack: "eastus", key: "global-mesh:kubeconfig", value: "x".repeat(4_000_000) };
    const env = { PATH: process.env["PATH"] ?? "" };
    await assert.rejects(
      setSecretSetting({ root: home.root, cwd: home.project, env, ...setting }),
      /pulumi config set global-mesh:kubeconfig: no such stack/,
    );
  });
});
