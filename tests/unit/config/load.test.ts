import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { loadSettings } from "../../../config/load";
import { delivered, ROOT } from "./tracked";

const KUBECONFIG = [
  "clusters: [{name: a, cluster: {server: 'https://192.0.2.1', certificate-authority-data: Q0E=}}]",
  "users: [{name: a, user: {token: very-secret}}]",
  "contexts: [{name: a, context: {cluster: a, user: a}}]",
  "current-context: a",
].join("\n");

async function asStack(stack: string, values: Readonly<Record<string, string>>, secretKeys: string[] = []) {
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        throw new Error(`unexpected resource ${args.type}`);
      },
      call: (args) => {
        throw new Error(`unexpected call ${args.token}`);
      },
    },
    "global-mesh",
    stack,
  );
  const { "global-mesh:dnsLabel": label, ...rest } = delivered("eastus");
  const own = values["global-mesh:platform"] === "existing" ? {} : { "global-mesh:dnsLabel": label ?? "" };
  pulumi.runtime.setAllConfig({ ...rest, ...own, ...values }, secretKeys);
  return loadSettings({ knownApplications: ["ai-agent", "cross-cluster-test"], folder: ROOT });
}

describe("config: loading through the engine's runtime", () => {
  afterEach(() => pulumi.runtime.setAllConfig({}));

  it("decides the role by the name of the stack", async () => {
    const { settings, kubeconfig } = await asStack("eastus", {});
    assert.equal(settings.role, "region");
    assert.equal(kubeconfig, undefined);
  });

  it("hands the kubeconfig on as a secret, and only there", async () => {
    const { settings, kubeconfig } = await asStack(
      "eastus",
      { "global-mesh:platform": "existing", "global-mesh:kubeconfig": KUBECONFIG },
      ["global-mesh:kubeconfig"],
    );
    assert.ok(kubeconfig !== undefined);
    assert.equal(await pulumi.isSecret(kubeconfig), true);
    assert.equal(JSON.stringify(settings).includes("very-secret"), false);
  });

  it("knows a kubeconfig in plain text from a secret one", async () => {
    await assert.rejects(
      asStack("eastus", { "global-mesh:platform": "existing", "global-mesh:kubeconfig": KUBECONFIG }),
      /a value in plain text/,
    );
  });

  it("throws what the engine prints without a stack trace", async () => {
    await assert.rejects(asStack("nowhere", {}), (error) => {
      assert.ok(pulumi.RunError.isInstance(error));
      assert.match(error.message, /^Stack "nowhere": 1 setting is wrong\. Nothing was changed\.$/m);
      return true;
    });
  });

  it("refuses an application that the catalog does not have", async () => {
    await assert.rejects(
      asStack("eastus", { "global-mesh:applications": '["ai-agnt"]' }),
      /did you mean "ai-agent"/,
    );
  });

  it("looks at the chart folder on disk", async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "charts-"));
    const load = (charts: string) =>
      asStack("eastus", { "global-mesh:charts": JSON.stringify({ folder: charts }) });
    try {
      await assert.rejects(load(path.join(folder, "nowhere")), /which does not exist/);
      await assert.rejects(load(folder), /which holds no base\/Chart\.yaml/);
      mkdirSync(path.join(folder, "base"));
      writeFileSync(path.join(folder, "base", "Chart.yaml"), "name: base\n");
      assert.deepEqual((await load(folder)).settings.charts, { kind: "folder", path: folder });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
