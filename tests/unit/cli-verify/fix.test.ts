import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { catalog } from "../../../catalog";
import { verifyCommand } from "../../../cli/verify/command";
import { pasteable } from "../../../cli/verify/fix";
import { exitCodeOf } from "../../../cli/verify/report";
import { sandboxHint, sandboxWays } from "../../../cli/verify/sandbox";

const CLUSTER = "eastus-cluster";

describe("the fixes that mesh verify prints", () => {
  const sandbox = sandboxWays({ home: ".sandbox" });
  const shell = "npx mesh sandbox shell --";

  it("name the cluster in which a command is to be run", () => {
    assert.equal(
      pasteable("kubectl -n istio-system get pods; helm -n istio-system history istiod", {
        cluster: CLUSTER,
      }),
      `kubectl --context ${CLUSTER} -n istio-system get pods; helm --kube-context ${CLUSTER} -n istio-system history istiod`,
    );
    assert.equal(pasteable("pulumi up --stack eastus", { cluster: CLUSTER }), "pulumi up --stack eastus");
  });

  const rows: readonly [string, string][] = [
    ["pulumi up --refresh --stack eastus", `${shell} pulumi up --yes --refresh --stack eastus`],
    ["pulumi preview --diff --stack eastus", `${shell} pulumi preview --diff --stack eastus`],
    [
      "in eastus: kubectl -n istio-system delete secret x",
      `in eastus: ${shell} kubectl --context ${CLUSTER} -n istio-system delete secret x`,
    ],
    [
      "helm -n istio-system rollback istiod 1",
      `${shell} helm --kube-context ${CLUSTER} -n istio-system rollback istiod 1`,
    ],
    ["npx mesh sandbox up --app ai-agent", "npx mesh sandbox up --app ai-agent"],
    ["see what check root says; pulumi up of nobody", "see what check root says; pulumi up of nobody"],
  ];
  for (const [fix, said] of rows)
    it(`go by the shell of a sandbox: ${fix}`, () =>
      assert.equal(pasteable(fix, { cluster: CLUSTER, sandbox }), said));

  it("name the sandbox where it is not the one beside Pulumi.yaml", () => {
    assert.equal(
      sandboxWays({ home: "/tmp/a b", program: "/m" }).shell,
      "npx mesh sandbox shell --program /m --home '/tmp/a b' --",
    );
    assert.equal(sandboxWays({ home: "/m/.sandbox", program: "/m" }).up, "npx mesh sandbox up --program /m");
  });
});

describe("mesh verify of stacks that cannot be asked", () => {
  let program: string;
  before(() => (program = mkdtempSync(path.join(tmpdir(), "verify-hint-"))));
  after(() => rmSync(program, { recursive: true, force: true }));

  it("points to a sandbox that stands beside them, and to none where another mesh was named", () => {
    assert.equal(sandboxHint({ program }), undefined);
    mkdirSync(path.join(program, ".sandbox"));
    writeFileSync(path.join(program, ".sandbox", "sandbox.json"), "{}");
    const home = path.join(program, ".sandbox");
    assert.equal(
      sandboxHint({ program }),
      `A sandbox stands in ${home}: npx mesh verify --program ${program} --home ${home} asks it.`,
    );
    assert.equal(sandboxHint({ program, home }), undefined);
    assert.equal(sandboxHint({ program, kubeconfig: "k" }), undefined);
  });

  it("ends with that, where there is no pulumi on PATH", async () => {
    const root = path.join(__dirname, "..", "..", "..");
    for (const file of readdirSync(root).filter((name) => name.endsWith(".yaml")))
      copyFileSync(path.join(root, file), path.join(program, file));
    const before = process.env["PATH"];
    process.env["PATH"] = program;
    try {
      const signal = new AbortController().signal;
      const report = await verifyCommand({ program, wait: "0" }, catalog, signal);
      assert.equal(exitCodeOf(report), 2);
      assert.match(report.hint ?? "", /^A sandbox stands in .*npx mesh verify/);
    } finally {
      process.env["PATH"] = before;
    }
  });
});
