import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { findLeaks } from "../../support/secrets";
import { writeChart } from "./support/chart";
import { startCluster, tool, type TestCluster } from "./support/cluster";
import { Project } from "./support/project";
import type { Data, Scenario } from "./support/scenario";

const PASSWORD = "incorrect-horse-battery-staple";

describe("Helm releases under the engine", function () {
  this.timeout(900_000);
  let cluster: TestCluster;
  let project: Project;
  let chart: string;

  before(async () => {
    [cluster, project] = await Promise.all([startCluster(), Project.make()]);
    chart = writeChart(join(project.folder, "chart"));
    writeFileSync(join(project.folder, "kubeconfig"), cluster.kubeconfig, { mode: 0o600 });
  });

  after(async () => {
    await (cluster as TestCluster | undefined)?.stop();
    (project as Project | undefined)?.remove();
  });

  function scenario(values: Record<string, Data> = {}, args: Record<string, Data> = {}): Scenario {
    return {
      provider: { kubeconfig: { $secret: cluster.kubeconfig }, clusterIdentifier: "one" },
      resources: [
        {
          type: "Release",
          name: "demo",
          args: {
            name: "demo",
            namespace: "apps",
            createNamespace: true,
            chart,
            values: { password: { $secret: PASSWORD }, ...values },
            ...args,
          },
        },
      ],
      outputs: [
        ["demo", "status"],
        ["demo", "resourceNames"],
      ],
    };
  }

  async function config(): Promise<Record<string, string> | undefined> {
    const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "apps", name: "demo-config" };
    return (await cluster.kube.get(ref))?.data as Record<string, string> | undefined;
  }

  async function helm(...args: string[]): Promise<string> {
    const env = {
      PATH: process.env.PATH,
      HOME: project.folder,
      KUBECONFIG: join(project.folder, "kubeconfig"),
    };
    return (await promisify(execFile)(tool("helm"), args, { env })).stdout;
  }

  /** Ids of running processes of a program whose command line speaks of something. */
  function processes(program: string, about: string): number[] {
    return readdirSync("/proc").flatMap((entry) => {
      if (!/^\d+$/.test(entry)) return [];
      try {
        const state = /\) (\S)/.exec(readFileSync(`/proc/${entry}/stat`, "utf8"))?.[1];
        const command = readFileSync(`/proc/${entry}/cmdline`, "utf8");
        return state !== "Z" && command.startsWith(program) && command.includes(about) ? [Number(entry)] : [];
      } catch {
        return [];
      }
    });
  }

  const helmProcesses = (): number[] => processes(tool("helm"), chart);
  const plugins = (): number[] => processes(process.execPath, join(project.folder, "bundles"));

  const temporaryFolders = (): string[] =>
    readdirSync(join(project.folder, "tmp")).filter((name) => name.startsWith("global-mesh"));

  async function eventually(what: string, test: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + 120_000;
    while (!(await test())) {
      if (Date.now() > end) throw new Error(`after 120 s still not: ${what}`);
      await sleep(100);
    }
  }

  it("installs a chart folder and finds nothing to do afterwards", async () => {
    project.set(scenario());
    assert.deepEqual((await project.preview()).map(({ op, name }) => `${op} ${name}`).toSorted(), [
      "create cluster",
      "create demo",
      "create plugin-test-dev",
    ]);
    assert.equal(await config(), undefined);
    await project.up();
    const outputs = await project.outputs();
    assert.deepEqual(outputs["demo.status"], {
      name: "demo",
      namespace: "apps",
      revision: 1,
      status: "deployed",
      chart: "demo",
      version: "1.2.3",
      appVersion: "9",
    });
    assert.deepEqual(outputs["demo.resourceNames"], { "ConfigMap/v1": ["demo-config"] });
    assert.deepEqual(await project.preview(), []);
    assert.deepEqual(await project.preview("--refresh"), []);
  });

  it("keeps secret values secret and leaves no temporary file", () => {
    const secrets = [
      { name: "password", value: PASSWORD },
      { name: "operator token", value: cluster.token },
    ];
    assert.deepEqual(findLeaks(project.kept, secrets), []);
    assert.deepEqual(temporaryFolders(), []);
  });

  it("upgrades for a changed value and for an edited chart", async () => {
    project.set(scenario({ greeting: "good day" }));
    assert.deepEqual(
      (await project.preview()).map(({ op, changes }) => ({ op, changes })),
      [{ op: "update", changes: ["values.greeting"] }],
    );
    await project.up();
    assert.equal((await config())?.greeting, "good day");

    writeChart(chart, { note: "edited" });
    assert.deepEqual(
      (await project.preview()).map(({ op, changes }) => ({ op, changes })),
      [{ op: "update", changes: ["checksum"] }],
    );
    await project.up();
    assert.equal((await config())?.note, "edited");
    assert.deepEqual(await project.preview("--refresh"), []);
  });

  it("sees a value that was changed by hand, and a release that is gone", async () => {
    await helm("upgrade", "demo", chart, "-n", "apps", "--reuse-values", "--set", "greeting=drifted");
    assert.deepEqual(
      (await project.preview("--refresh")).map(({ op, changes }) => ({ op, changes })),
      [{ op: "update", changes: ["values.greeting"] }],
    );
    await project.up("--refresh");
    assert.equal((await config())?.greeting, "good day");

    await helm("uninstall", "demo", "-n", "apps");
    assert.deepEqual(
      (await project.preview("--refresh")).map(({ op, name }) => `${op} ${name}`),
      ["create demo"],
    );
  });

  it("refuses the name of a release that another made", async () => {
    await project.pulumi(["refresh", "--yes", "--skip-preview"]);
    await helm("install", "demo", chart, "-n", "apps");
    const again = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(again.code, 0);
    assert.match(again.text, /Helm release apps\/demo: .*cannot re-use a name that is still in use/);
    await helm("uninstall", "demo", "-n", "apps");
    await project.up();
  });

  it("ends Helm on SIGINT, long before its own limit, keeps the failed release in state, and mends it", async () => {
    project.set(scenario({ greeting: "good day", replicas: 1 }));
    const { child, done } = project.start(["up", "--yes", "--skip-preview"]);
    await eventually("a running helm", () => helmProcesses().length > 0);
    await eventually("the deployment", async () => {
      const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: "apps", name: "demo" };
      return (await cluster.kube.get(ref)) !== undefined;
    });
    const started = Date.now();
    child.kill("SIGINT");
    const interrupted = await done;
    assert.notEqual(interrupted.code, 0);
    assert.ok(Date.now() - started < 60_000, `took ${Date.now() - started} ms`);
    assert.deepEqual(helmProcesses(), []);

    project.set(scenario({ greeting: "good day" }));
    await project.up();
    assert.equal((await project.outputs())["demo.status"] !== undefined, true);
    assert.match(await helm("status", "demo", "-n", "apps"), /STATUS: deployed/);
  });

  /** Kills engine and plugin, so that neither can end Helm, once the release has the status. */
  async function killAt(status: string): Promise<void> {
    project.set(scenario({ replicas: 1 }));
    const { child, done } = project.start(["up", "--yes", "--skip-preview"]);
    await eventually(status, async () => (await helm("list", "-a", "-n", "apps")).includes(status));
    assert.equal(helmProcesses().length, 1);
    const pids = plugins();
    child.kill("SIGKILL");
    for (const pid of pids) process.kill(pid, "SIGKILL");
    await done;
    await eventually("no helm", () => helmProcesses().length === 0);
    await project.pulumi(["cancel", "--yes"]);
  }

  it("leaves no Helm behind when everything is killed, and goes on from an unfinished upgrade, after mesh repair", async () => {
    await killAt("pending-upgrade");
    project.set(scenario({ greeting: "repaired" }));
    await project.repair();
    await project.up();
    assert.equal((await config())?.greeting, "repaired");
    assert.match(await helm("status", "demo", "-n", "apps"), /STATUS: deployed/);
  });

  it("goes on from an unfinished installation, after mesh repair", async () => {
    await project.destroy();
    await killAt("pending-install");
    project.set(scenario({ greeting: "anew" }));
    await project.repair();
    await project.up();
    assert.equal((await config())?.greeting, "anew");
    assert.match(await helm("history", "demo", "-n", "apps"), /^\d+ .*deployed/m);
  });

  it("refuses a property that it does not serve, by name", async () => {
    project.set(scenario({}, { postrender: "cat", repositoryOpts: { username: "me" } }));
    const refused = await project.pulumi(["preview"]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.text, /postrender: .*does not serve it/);
    assert.match(refused.text, /repositoryOpts\.username: /);
  });

  it("leaves no temporary folder, of the killed plugins neither", () => {
    assert.deepEqual(temporaryFolders(), []);
  });

  it("uninstalls", async () => {
    await project.destroy();
    assert.equal(await config(), undefined);
    assert.deepEqual(await cluster.kube.list({ apiVersion: "v1", kind: "Secret", namespace: "apps" }), []);
  });
});
