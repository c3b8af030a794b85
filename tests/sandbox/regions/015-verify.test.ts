import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { catalog } from "../../../catalog";
import type { CheckName } from "../../../cli/verify/check";
import { verifyCommand, type VerifyOptions } from "../../../cli/verify/command";
import { exitCodeOf, type VerifyReport } from "../../../cli/verify/report";
import { createAuthority } from "../../../sandbox/cluster/pki";
import { kube, type Kube } from "../../support/kube";
import { sharedStanding } from "../../support/standing";

/**
 * Mesh verify on the mesh that stands, and on one in which something was broken. What is broken is put back by hand:
 * the tests after this one find no changes.
 */
describe("mesh verify", () => {
  const { context } = sharedStanding();
  const cluster = kube(context, "eastus");
  const system = ["-n", "istio-system"];

  function verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    const { program, home } = context;
    return verifyCommand({ program, home: home.root, ...options }, catalog, new AbortController().signal);
  }

  /** What does not hold, as `links eastus`. */
  const broken = ({ checks }: VerifyReport): string[] =>
    checks.filter(({ state }) => state === "broken").map(({ check, scope }) => `${check} ${scope}`);

  async function must(kubectl: Kube, args: readonly string[], input?: unknown): Promise<void> {
    const done = await kubectl.run(args, input);
    assert.equal(done.code, 0, done.stderr);
  }

  /** An object as it stands, fit to be created again. */
  async function saved(args: readonly string[]): Promise<unknown> {
    const object = await cluster.json<{ metadata: Record<string, unknown> }>([...args]);
    const own = ["uid", "resourceVersion", "creationTimestamp"];
    const kept = Object.entries(object.metadata).filter(([key]) => !own.includes(key));
    return { ...object, metadata: Object.fromEntries(kept) };
  }

  const only = (...checks: readonly CheckName[]): VerifyOptions => ({
    wait: "0",
    skip: (
      [
        "reach",
        "controlPlane",
        "links",
        "sync",
        "proxies",
        "pushes",
        "root",
        "certificates",
        "policies",
        "analysis",
      ] as const
    ).filter((check) => !checks.includes(check)),
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
    const details = report.checks.filter(({ scope }) => scope === "eastus");
    assert.deepEqual(
      details.flatMap(({ check, detail }) => (["links", "sync"].includes(check) ? [detail] : [])),
      ["2 of 2", "2 of 2 synced"],
    );
    assert.deepEqual(readdirSync(context.home.shellTmp), before);
  });

  it("shows no secret in what it prints", async () => {
    const text = JSON.stringify(await verify({ wait: "0", skip: ["analysis"] }));
    const outputs = await context.workspace.allOutputs("eastus");
    const { token } = outputs["readerCredential"] as { token: string };
    for (const secret of [token, token.slice(0, 40), "PRIVATE KEY", "client-key-data"])
      assert.equal(text.includes(secret), false);
  });

  it("names a deleted remote secret, and the peer that istiod does not read any more", async () => {
    const secret = [...system, "get", "secret", "istio-remote-secret-westeurope-cluster"];
    const kept = await saved(secret);
    await must(cluster, [...system, "delete", "secret", "istio-remote-secret-westeurope-cluster"]);
    try {
      const report = await untilBroken(["links", "sync"], 4);
      assert.deepEqual(broken(report), ["links mesh", "links eastus", "sync mesh", "sync eastus"]);
      assert.match(report.faults[0]?.cause ?? "", /somebody deleted it/);
      assert.equal(exitCodeOf(report), 1);
    } finally {
      await must(cluster, ["create", "-f", "-"], kept);
    }
    const again = await verify({ ...only("links", "sync"), wait: "120" });
    assert.deepEqual(again.faults, []);
  });

  it("names what was edited in a policy", async () => {
    const policy = ["-n", "production", "patch", "virtualservice", "ai-agent", "--type=json"];
    const weights = (first: number, second: number): string =>
      JSON.stringify(
        [first, second].map((value, index) => ({
          op: "replace",
          path: `/spec/http/0/route/${index}/weight`,
          value,
        })),
      );
    await must(cluster, [...policy, `-p=${weights(50, 50)}`]);
    try {
      const report = await verify(only("policies"));
      assert.deepEqual(broken(report), ["policies mesh", "policies eastus"]);
      assert.match(report.faults[0]?.cause ?? "", /spec\.http\[0\]\.route\[0\]\.weight/);
      // Another region by itself is none the worse for it.
      assert.equal(exitCodeOf(await verify({ ...only("policies"), region: ["westeurope"] })), 0);
    } finally {
      await must(cluster, [...policy, `-p=${weights(80, 20)}`]);
    }
    assert.deepEqual((await verify(only("policies"))).faults, []);
  });

  it("names a root that is not the mesh's, and an object in error by Istio's analyzers", async () => {
    const other = await createAuthority("a root of nobody");
    const text = Buffer.from(other.certificate).toString("base64");
    const secret = await cluster.json<{ data: Record<string, string> }>([
      ...system,
      "get",
      "secret",
      "cacerts",
    ]);
    const patch = (root: string): readonly string[] => [
      ...system,
      "patch",
      "secret",
      "cacerts",
      "--type=merge",
      `-p=${JSON.stringify({ data: { "root-cert.pem": root } })}`,
    ];
    const stray = {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name: "verify-stray", namespace: "production" },
      spec: {
        hosts: ["verify-stray.global"],
        gateways: ["production/nowhere"],
        http: [{ route: [{ destination: { host: "verify-nowhere.global" } }] }],
      },
    };
    await must(cluster, patch(text));
    await must(cluster, ["create", "-f", "-"], stray);
    try {
      const report = await verify(only("root", "analysis"));
      assert.deepEqual(broken(report), ["root mesh", "root eastus", "analysis mesh", "analysis eastus"]);
      const whats = report.faults.map(({ what }) => what);
      assert.ok(whats.includes("Secret istio-system/cacerts in eastus"), whats.join("\n"));
      assert.ok(whats.includes("VirtualService production/verify-stray in eastus"), whats.join("\n"));
    } finally {
      await must(cluster, patch(secret.data["root-cert.pem"] ?? ""));
      await must(cluster, ["-n", "production", "delete", "virtualservice", "verify-stray"]);
    }
    assert.deepEqual((await verify(only("root", "analysis"))).faults, []);
  });

  it("by a kubeconfig asks no stack", async () => {
    // The sandbox's own file; without a kubelet nothing forwards a port to istiod, which is then not asked.
    const { program, home } = context;
    const path = process.env["PATH"];
    process.env["PATH"] = `${home.bin}:${path ?? ""}`;
    try {
      const options = {
        program,
        kubeconfig: `${home.root}/kubeconfig`,
        ...only("links", "root", "policies", "sync"),
      };
      const report = await verifyCommand(options, catalog, new AbortController().signal);
      assert.deepEqual(report.faults, []);
      const unasked = report.checks.filter(({ state }) => state === "unasked").map(({ check }) => check);
      assert.deepEqual([...new Set(unasked)], ["sync"]);
      assert.equal(exitCodeOf(report), 2);
    } finally {
      process.env["PATH"] = path;
    }
  });

  /** istiod takes a moment to let go of a cluster. */
  async function untilBroken(checks: readonly CheckName[], count: number): Promise<VerifyReport> {
    for (let tries = 0; ; tries++) {
      const report = await verify(only(...checks));
      if (broken(report).length >= count || tries === 10) return report;
    }
  }
});
