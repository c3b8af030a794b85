import assert from "node:assert/strict";
import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  prepareHome,
  preparePlugins,
  prepareProject,
  prepareTools,
  startDaemon,
} from "../../../cli/sandbox/prepare";
import { execute, type Finished } from "../../support/kube";
import { makeStanding, type Standing } from "../../support/standing";

const ROOT = path.resolve(__dirname, "..", "..", "..");
const SUBSCRIPTION = "00000000-0000-0000-0000-00000000abcd";

/** Previews only: no cluster is ever made. That what stands passes too, the tests of whole regions show. */
describe("the policy pack in the sandbox", () => {
  let standing: Standing;
  let foreign: string;

  before(async () => {
    standing = makeStanding();
    const { context, folder } = standing;
    const view = { report: () => undefined, title: () => undefined, note: () => undefined };
    const never = new AbortController().signal;
    const toolbox = await prepareTools(view, never, context);
    const identity = await prepareHome(context, toolbox);
    await preparePlugins(context, identity, toolbox);
    prepareProject(context, identity, toolbox.charts);
    await startDaemon(context, toolbox, never);
    foreign = path.join(folder, "foreign");
    cpSync(path.join(__dirname, "program"), foreign, { recursive: true });
    symlinkSync(path.join(ROOT, "node_modules"), path.join(foreign, "node_modules"));
  });
  after(() => standing.remove());

  /** Previews the foreign program. */
  async function preview(config?: object): Promise<Finished> {
    const file = path.join(foreign, "guardrails.json");
    if (config !== undefined) writeFileSync(file, JSON.stringify(config));
    return execute(standing.context, "pulumi", [
      ...["preview", "--non-interactive", "--cwd", foreign, "--stack", "dev"],
      ...["--config", `azure-native:subscriptionId=${SUBSCRIPTION}`],
      ...(config === undefined ? [] : ["--policy-pack-config", file]),
    ]);
  }

  /** Rules that a preview's output names, with the level and the resource. */
  const reported = ({ stdout }: Finished): string[] =>
    [...stdout.matchAll(/\[(mandatory|advisory)\]\s+(\S+)\s+\((\S+): (\S+)\)/g)].map(
      ([, level = "", rule = "", , resource = ""]) => `${level} ${rule} ${resource}`,
    );

  it("lets the default stacks pass without a warning", async () => {
    const { workspace } = standing.context;
    const global = await workspace.up("global");
    const eastus = await workspace.preview("eastus");
    const warnings = [...global.warnings, ...eastus.warnings].filter((text) => text.startsWith("policy "));
    assert.deepEqual(warnings, []);
    assert.ok((eastus.changes["create"] ?? 0) > 40, "the region's resources were not all seen");
  });

  it("refuses a default stack that was broken, with the rule's id, the resource and the fix", async () => {
    standing.edit(
      "azure/cluster.ts",
      "disableLocalAccounts: !settings.localAccounts",
      "disableLocalAccounts: false",
    );
    await assert.rejects(standing.context.workspace.preview("eastus"), (error: Error) => {
      assert.match(
        error.message,
        /policy aks-local-accounts \(\S+:ManagedCluster eastus-cluster-cluster\): /,
      );
      assert.match(
        error.message,
        /disableLocalAccounts is false; allowed: true\.\s+Fix: Set disableLocalAccounts: true/,
      );
      return true;
    });
    standing.edit(
      "azure/cluster.ts",
      "disableLocalAccounts: false",
      "disableLocalAccounts: !settings.localAccounts",
    );
  });

  it("judges a program of somebody else, kinds of one API version as well", async () => {
    const made = await execute(standing.context, "pulumi", ["stack", "init", "dev", "--cwd", foreign]);
    assert.equal(made.code, 0, made.stderr);
    const done = await preview();
    const rules = reported(done);
    assert.notEqual(done.code, 0, done.stdout);
    for (const expected of [
      "mandatory aks-api-ranges-narrow cluster",
      "mandatory aks-local-accounts cluster",
      "mandatory aks-network-policy cluster",
      "mandatory aks-rbac versioned",
      "advisory aks-zones cluster",
      "advisory azure-tags group",
    ]) {
      assert.ok(rules.includes(expected), `${expected} is not among\n${rules.join("\n")}\n${done.stdout}`);
    }
    assert.ok(!rules.includes("mandatory aks-rbac cluster"), "what is right was reported");
    assert.match(
      done.stdout,
      /authorizedIPRanges\[0\] is "0\.0\.0\.0\/0"; allowed: prefixes of at least \/8\./,
    );
  });

  it("takes levels and settings from a config file, and refuses what a rule does not have", async () => {
    const except = ["versioned"];
    const advised = await preview({
      all: "disabled",
      "aks-rbac": { enforcementLevel: "mandatory", except },
      "aks-api-ranges-narrow": { enforcementLevel: "advisory", minPrefix: 16 },
    });
    assert.equal(advised.code, 0, advised.stdout + advised.stderr);
    assert.deepEqual(reported(advised), ["advisory aks-api-ranges-narrow cluster"]);
    assert.match(advised.stdout, /allowed: prefixes of at least \/16\./);

    const refused = await preview({ "aks-api-ranges-narrow": { minPrefix: "wide" } });
    assert.notEqual(refused.code, 0);
    assert.match(refused.stdout + refused.stderr, /aks-api-ranges-narrow[\s\S]*minPrefix/);
  });
});
