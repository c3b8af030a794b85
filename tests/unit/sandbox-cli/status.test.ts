import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { Command } from "commander";
import { progressText } from "../../../cli/pulumi/text";
import { sandboxContext, type SandboxContext } from "../../../cli/sandbox/context";
import { askedOf, leaksTitle, nothingToTakeDown } from "../../../cli/sandbox/down";
import { exclusively } from "../../../cli/sandbox/exclusive";
import { withShellArguments } from "../../../cli/sandbox/shell";
import { renderStatus, sandboxStatus } from "../../../cli/sandbox/status";

const ROOT = path.resolve(__dirname, "..", "..", "..");

describe("what commands say of a sandbox", () => {
  let folder: string;
  let context: SandboxContext;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "global-mesh-status-"));
    context = sandboxContext({ program: ROOT, home: path.join(folder, "home") });
    mkdirSync(context.home.root);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("status: who is at work where there is no report yet", async () => {
    await assert.rejects(sandboxStatus(context), /There is no report in .*npm run sandbox$/);
    await exclusively(context, "mesh sandbox up", async () => {
      await assert.rejects(
        sandboxStatus(context),
        /^Error: mesh sandbox up, process \d+, since .*, is under way on .*\/home\./,
      );
      assert.throws(() => nothingToTakeDown(context), /Another mesh sandbox command is at work on/);
    });
    assert.match(nothingToTakeDown(context) ?? "", /^There is no sandbox in /);
  });

  it("status: Deployments that lack pods, and clusters that do not answer", async () => {
    const istiod = {
      metadata: { name: "istiod", namespace: "istio-system", labels: { app: "istiod" } },
      spec: { replicas: 0 },
    };
    const server = createServer((request, response) => {
      response.setHeader("content-type", "application/json");
      const resources = [{ name: "deployments", kind: "Deployment", namespaced: true, verbs: ["list"] }];
      const isList = request.url?.startsWith("/apis/apps/v1/deployments") === true;
      response.end(
        JSON.stringify(
          isList
            ? { apiVersion: "apps/v1", kind: "DeploymentList", items: [istiod], metadata: {} }
            : { resources },
        ),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const cluster = (name: string, port: number): object => ({
      name,
      cluster: { server: `http://127.0.0.1:${port}`, "certificate-authority-data": "" },
    });
    const { port } = server.address() as AddressInfo;
    const clusters = [cluster("a-cluster", port), cluster("b-cluster", 1), cluster("c-cluster", 1)];
    writeFileSync(path.join(context.home.root, "kubeconfig"), JSON.stringify({ clusters }));
    writeFileSync(context.home.operatorTokenFile, "token");
    const report = { regions: [], strays: [], plugins: [], hasProxies: false };
    writeFileSync(context.home.report, JSON.stringify(report));
    const stopped = { name: "c-cluster", state: "stopped", troubles: [] };
    const health = { ready: false, serving: true, clusters: [stopped] };
    const daemon = { health: () => Promise.resolve(health) } as unknown as SandboxContext["daemon"];
    try {
      const status = await sandboxStatus({ home: context.home, daemon });
      assert.equal(status.notReady[0], "a-cluster: istio-system/istiod: 0 of 0 replicas ready");
      assert.match(status.notReady[1] ?? "", /^b-cluster: its Deployments could not be asked: /);
      assert.equal(status.notReady.length, 2);
      const text = stripVTControlCharacters(renderStatus(status, "npx mesh verify --home h"));
      assert.match(text, /npx mesh verify --home h\n[^]*\nNow: a-cluster: istio-system\/istiod: 0 of 0/);
    } finally {
      server.close();
    }
  });

  it("down: what was asked for, where nothing is left", () => {
    const gone = { name: "eastus-cluster", leftovers: [], keptCrds: [] };
    assert.equal(
      leaksTitle([], askedOf({ deletedClusters: [gone, gone] })),
      "Nothing left: asked for objects of the mesh in eastus-cluster before they went, clusters, ARM resources",
    );
    assert.equal(leaksTitle(["a"], []), "Left: 1");
  });

  it("shell: that options of a command stand behind --", () => {
    let said = "";
    const shell = withShellArguments(new Command("shell").option("--home <folder>"))
      .exitOverride()
      .configureOutput({ writeErr: (text) => (said += text) });
    assert.throws(() => shell.parse(["kubectl", "--context", "c"], { from: "user" }));
    assert.match(
      said,
      /unknown option '--context'\nput -- before the command: npx mesh sandbox shell -- kubectl/,
    );
  });

  it("up: a provider as such, not as a resource", () => {
    const urn = "urn:pulumi:eastus::m::pulumi:providers:azure-native::azure";
    assert.equal(
      progressText("create", urn, "pulumi:providers:azure-native", 2),
      "create provider azure-native azure (2 done)",
    );
    assert.equal(
      progressText("create", "urn:pulumi:eastus::m::t::production", "kubernetes:core/v1:Namespace", 3),
      "create Namespace production (3 done)",
    );
  });
});
