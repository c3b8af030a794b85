import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { catalog } from "../../../catalog";
import { CHECK_NAMES, type CheckName } from "../../../cli/verify/check";
import { verifyCommand, type VerifyOptions } from "../../../cli/verify/command";
import { exitCodeOf, type VerifyReport } from "../../../cli/verify/report";
import { createAuthority } from "../../../sandbox/cluster/pki";
import { kube } from "../../support/kube";
import { sharedStanding } from "../../support/standing";

/** An object that no catalog has, whose gateway and host do not exist. */
const STRAY = {
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name: "verify-stray", namespace: "production" },
  spec: {
    hosts: ["verify-stray.global"],
    gateways: ["production/verify-nowhere"],
    http: [{ route: [{ destination: { host: "verify-nowhere.global" } }] }],
  },
};

/**
 * On the mesh that stands, and on one in which things were broken by hand. They are mended as the command says; the
 * tests after this one find no changes.
 */
describe("mesh verify", () => {
  const { context } = sharedStanding();
  const cluster = kube(context, "eastus");
  const { signal } = new AbortController();
  let isBroken = false;

  function verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    const { program, home } = context;
    // Requests are shown on a mesh with proxies: tests/sandbox/verify.
    return verifyCommand({ program, home: home.root, skip: ["requests"], ...options }, catalog, signal);
  }

  const without = (...checks: readonly CheckName[]): readonly CheckName[] =>
    CHECK_NAMES.filter((check) => !checks.includes(check));

  async function must(args: readonly string[], input?: unknown): Promise<void> {
    const done = await cluster.run(args, input);
    assert.equal(done.code, 0, done.stderr);
  }

  async function mend(): Promise<void> {
    await must(["-n", "production", "delete", "virtualservice", "verify-stray", "--ignore-not-found"]);
    await context.workspace.up("eastus", { refresh: true });
    isBroken = false;
  }

  after("mend what a failed test left", async () => {
    if (isBroken) await mend();
  });

  it("holds in every region and as a whole, and leaves no file behind", async () => {
    const before = readdirSync(context.home.shellTmp);
    const report = await verify({ wait: "120" });
    assert.deepEqual(report.faults, []);
    assert.deepEqual(
      report.checks.filter(({ state, check }) => state !== "holds" && check !== "requests"),
      [],
    );
    assert.equal(exitCodeOf(report), 0);
    const eastus = report.checks.filter(({ scope }) => scope === "eastus");
    assert.deepEqual(
      eastus.flatMap(({ check, detail }) => (check === "links" || check === "sync" ? [detail] : [])),
      ["2 of 2", "2 of 2 synced"],
    );
    assert.doesNotMatch(report.notes.join("\n"), /EnvoyFilter/);
    assert.deepEqual(readdirSync(context.home.shellTmp), before);
  });

  it("shows no secret", async () => {
    const text = JSON.stringify(await verify({ wait: "0", skip: ["analysis", "requests"] }));
    const { readerCredential } = await context.workspace.allOutputs("eastus");
    const { token } = readerCredential as { readonly token: string };
    for (const secret of [token, "PRIVATE KEY", "client-key-data"])
      assert.equal(text.includes(secret), false);
  });

  it("says of test requests that nobody is there to answer, where no proxies run", async () => {
    const report = await verify({ wait: "0", skip: without("requests") });
    const { faults } = report;
    assert.equal(exitCodeOf(report), context.proxies ? 0 : 1);
    if (context.proxies) return;
    assert.equal(faults.length, 3);
    for (const { cause, fix } of faults) {
      assert.match(cause, /no workload of the test application is ready there/);
      assert.match(fix, /--skip requests/);
    }
  });

  it("names a deleted remote secret, another root, an edited policy and an object in error", async () => {
    isBroken = true;
    const { certificate } = await createAuthority("a root of nobody");
    const data = { "root-cert.pem": Buffer.from(certificate).toString("base64") };
    const weights = [50, 50].map((value, index) => ({
      op: "replace",
      path: `/spec/http/0/route/${index}/weight`,
      value,
    }));
    const system = ["-n", "istio-system"];
    await must([...system, "delete", "secret", "istio-remote-secret-westeurope-cluster"]);
    await must([...system, "patch", "secret", "cacerts", "--type=merge", `-p=${JSON.stringify({ data })}`]);
    const policy = ["-n", "production", "patch", "virtualservice", "ai-agent", "--type=json"];
    await must([...policy, `-p=${JSON.stringify(weights)}`]);
    await must(["create", "-f", "-"], STRAY);

    const wanted = ["links", "sync", "root", "policies", "analysis"].flatMap((check) => [
      `${check} mesh`,
      `${check} eastus`,
    ]);
    const brokenIn = ({ checks }: VerifyReport): string[] =>
      checks.filter(({ state }) => state === "broken").map(({ check, scope }) => `${check} ${scope}`);
    let report = await verify({ wait: "0" });
    // istiod learns a moment later what became of its secrets.
    for (const end = Date.now() + 120_000; Date.now() < end && !isDeepStrictEqual(brokenIn(report), wanted);)
      report = await verify({ wait: "0" });
    assert.equal(exitCodeOf(report), 1);
    assert.deepEqual(brokenIn(report), wanted);
    const said = report.faults.map(({ what, cause }) => `${what}: ${cause}`).join("\n");
    assert.match(said, /link eastus → westeurope: .*somebody deleted it/);
    assert.match(said, /westeurope-cluster, as istiod .* of eastus reads it: istiod does not know it/);
    assert.match(said, /Secret istio-system\/cacerts in eastus: it holds root .*; stack global has /);
    assert.match(
      said,
      /ai-agent in eastus: it differs from the catalog at spec\.http\[0\]\.route\[0\]\.weight/,
    );
    assert.match(said, /VirtualService production\/verify-stray in eastus: IST0101/);
    assert.doesNotMatch(said, / in westeurope: /);
  });

  it("finds a region that is as it should be so, whatever another one is", async () => {
    const report = await verify({ wait: "120", region: ["westeurope"] });
    assert.deepEqual(report.faults, []);
    assert.equal(exitCodeOf(report), 0);
    assert.deepEqual([...new Set(report.checks.map(({ scope }) => scope))], ["westeurope"]);
  });

  it("holds again after the fix that it names", async () => {
    await mend();
    assert.deepEqual((await verify({ wait: "120" })).faults, []);
  });

  it("asks no stack where it has a kubeconfig, and says that nothing forwards a port to istiod here", async () => {
    const { program, home } = context;
    const search = process.env["PATH"];
    process.env["PATH"] = [home.bin, search].join(path.delimiter);
    try {
      const skip = without("links", "sync", "root", "policies");
      const options = { program, kubeconfig: path.join(home.root, "kubeconfig"), wait: "0", skip };
      const report = await verifyCommand(options, catalog, signal);
      assert.deepEqual(report.faults, []);
      const unasked = report.checks.filter(({ state }) => state === "unasked");
      assert.deepEqual([...new Set(unasked.map(({ check }) => check))], ["sync"]);
      assert.match(unasked.at(-1)?.detail ?? "", /the API server forwards no port/);
      assert.equal(exitCodeOf(report), 2);
    } finally {
      process.env["PATH"] = search;
    }
  });
});
