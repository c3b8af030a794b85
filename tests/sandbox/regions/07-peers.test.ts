import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { kube, type Finished } from "../../support/kube";
import { pulumi } from "../../support/pulumi";
import { sharedStanding } from "../../support/standing";

/** Reads and writes of peers against a copy of the state, so that nothing here can hurt the standing mesh. */
describe("peers that cannot be read", () => {
  const { context } = sharedStanding();
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "global-mesh-peers-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const stateOf = (stack: string): string =>
    path.join(folder, ".pulumi", "stacks", "global-mesh", `${stack}.json`);
  const copyState = (): void => cpSync(context.home.backend, folder, { recursive: true });
  const run = (args: readonly string[]): Promise<Finished> =>
    pulumi(context, "eastus", args, { PULUMI_BACKEND_URL: `file://${folder}` });
  const said = (done: Finished): string => done.stdout + done.stderr;

  function removeStack(stack: string): void {
    for (const end of ["", ".attrs", ".bak"]) rmSync(stateOf(stack) + end, { force: true });
    assert.ok(!existsSync(stateOf(stack)));
  }

  /** Takes a peer out of what the last update of eastus says that it linked. */
  function forgetLink(peer: string): void {
    const state = JSON.parse(readFileSync(stateOf("eastus"), "utf8")) as {
      checkpoint: { latest: { resources: { type: string; outputs?: { linkedPeers?: string[] } }[] } };
    };
    const stack = state.checkpoint.latest.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
    const linked = stack?.outputs?.linkedPeers;
    assert.ok(linked);
    assert.ok(linked.includes(peer));
    linked.splice(linked.indexOf(peer), 1);
    writeFileSync(stateOf("eastus"), JSON.stringify(state));
  }

  async function remoteSecretStands(): Promise<void> {
    const secret = await kube(context, "eastus").run([
      "-n",
      "istio-system",
      "get",
      "secret",
      "istio-remote-secret-westeurope-cluster",
    ]);
    assert.equal(secret.code, 0, secret.stderr);
  }

  it("a region before global gets an error that says so, and registers nothing", async () => {
    const init = await run(["stack", "init"]);
    assert.equal(init.code, 0, said(init));
    const up = await run(["up", "--yes"]);
    assert.notEqual(up.code, 0);
    assert.match(said(up), /global/);
    assert.match(said(up), /pulumi up --stack global/);
    assert.doesNotMatch(said(up), /ResourceGroup/);
  });

  it("a linked peer without a stack is an error, and nothing is unlinked", async () => {
    copyState();
    removeStack("westeurope");
    const up = await run(["up", "--yes"]);
    assert.notEqual(up.code, 0, said(up));
    assert.match(
      said(up),
      /region westeurope is linked, and its stack \S+ does not exist, or you may not read it/,
    );
    await remoteSecretStands();
  });

  it("a peer without a stack that is not linked yet is pending: a warning, and the update goes on", async () => {
    copyState();
    removeStack("westeurope");
    forgetLink("westeurope");
    const preview = await run(["preview"]);
    assert.equal(preview.code, 0, said(preview));
    assert.match(said(preview), /warning:.*region westeurope is pending/is);
  });

  it("a peer whose state is broken is an error, and nothing is unlinked", async () => {
    copyState();
    writeFileSync(stateOf("westeurope"), readFileSync(stateOf("westeurope"), "utf8").slice(0, 500));
    const up = await run(["up", "--yes"]);
    assert.notEqual(up.code, 0, said(up));
    assert.match(said(up), /westeurope/);
    await remoteSecretStands();
  });

  it("a peer under another secrets provider is named as that, and nothing is unlinked", async () => {
    copyState();
    const state = JSON.parse(readFileSync(stateOf("westeurope"), "utf8")) as {
      checkpoint: { latest: { secrets_providers: { state: { salt: string } } } };
    };
    // The salt of a stack whose passphrase is another one.
    state.checkpoint.latest.secrets_providers.state.salt =
      "v1:LJLNEq4jrMI=:v1:3zxTHbKq8ZGwJYGc:eXbEWvTHoElRNJKrRBbMLTnEbcEtnA==";
    writeFileSync(stateOf("westeurope"), JSON.stringify(state));
    const up = await run(["up", "--yes"]);
    assert.notEqual(up.code, 0, said(up));
    assert.match(said(up), /westeurope/);
    assert.match(said(up), /secrets provider|passphrase/);
    await remoteSecretStands();
  });
});
