import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findLeaks } from "../../support/secrets";
import { writeChart } from "../plugin-kubernetes/support/chart";
import { startCluster, tool, type TestCluster } from "../plugin-kubernetes/support/cluster";
import { Project } from "../plugin-kubernetes/support/project";
import type { Data, ScenarioResource } from "../plugin-kubernetes/support/scenario";

const UP = ["up", "--yes", "--skip-preview"] as const;
const NAMESPACE: ScenarioResource = { type: "Namespace", name: "apps", args: { metadata: { name: "apps" } } };

describe("a Release whose Helm was killed", function () {
  this.timeout(900_000);
  let cluster: TestCluster;
  let project: Project;
  let chart: string;

  before(async () => {
    [cluster, project] = await Promise.all([startCluster(), Project.make()]);
    // Of a release that the state never heard of, the chart's name is all that tells ours from a team's.
    chart = writeChart(join(project.folder, "chart"), { name: "gateway" });
  });
  after(async () => {
    await (cluster as TestCluster | undefined)?.stop();
    (project as Project | undefined)?.remove();
  });

  function set(values: Record<string, Data>): void {
    const args = { name: "demo", namespace: "apps", chart, values };
    project.set({
      provider: { kubeconfig: { $secret: cluster.kubeconfig }, clusterIdentifier: "one" },
      resources: [NAMESPACE, { type: "Release", name: "demo", args, dependsOn: ["apps"] }],
    });
  }

  /** Revision and status of what Helm keeps, oldest first. */
  async function revisions(): Promise<string[]> {
    const secrets = await cluster.kube.list({
      apiVersion: "v1",
      kind: "Secret",
      namespace: "apps",
      labelSelector: "owner=helm,name=demo",
    });
    return secrets
      .map(({ metadata }) => `${metadata.labels?.["version"] ?? "?"} ${metadata.labels?.["status"] ?? "?"}`)
      .toSorted();
  }

  const greeting = async (): Promise<unknown> => {
    const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "apps", name: "demo-config" };
    return ((await cluster.kube.get(ref))?.data as Record<string, string> | undefined)?.["greeting"];
  };

  /** Processes of a program whose command line speaks of something of this test's. */
  function processes(program: string, about: string): number[] {
    return readdirSync("/proc").flatMap((entry) => {
      if (!/^\d+$/.test(entry)) return [];
      try {
        const command = readFileSync(`/proc/${entry}/cmdline`, "utf8");
        return command.startsWith(program) && command.includes(about) ? [Number(entry)] : [];
      } catch {
        return [];
      }
    });
  }

  /** Kills Helm, its plugin and the engine together: the official plugin has Helm in its own process. */
  async function killAt(status: string, values: Record<string, Data>): Promise<void> {
    set({ ...values, replicas: 1 });
    const { child, done } = project.start([...UP]);
    const end = Date.now() + 120_000;
    while (!(await revisions()).some((one) => one.endsWith(status))) {
      assert.equal(child.exitCode, null, "pulumi ended early");
      assert.ok(Date.now() < end, `never ${status}`);
      await sleep(50);
    }
    const pids = [
      ...processes(tool("helm"), chart),
      ...processes(process.execPath, join(project.folder, "bundles")),
    ];
    assert.ok(pids.length >= 2, "Helm and its plugin run");
    // None may see another die and still say so.
    child.kill("SIGSTOP");
    for (const signal of ["SIGSTOP", "SIGKILL"] as const) for (const pid of pids) process.kill(pid, signal);
    child.kill("SIGKILL");
    await done;
    await project.pulumi(["cancel", "--yes"]);
  }

  it("in its first installation is refused by every update, found, uninstalled and made anew", async () => {
    await killAt("pending-install", { greeting: "one" });
    assert.deepEqual(await revisions(), ["1 pending-install"]);
    set({ greeting: "one" });
    await project.pulumi(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]);
    const refused = await project.pulumi([...UP]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.text, /cannot re-use a name that is still in use/);

    const outcomes = await project.repair();
    assert.deepEqual(
      outcomes.map(({ finding, result, detail }) => [finding.kind, finding.what, result, detail]),
      [["stuck-release", "Helm release apps/demo", "repaired", "uninstalled"]],
    );
    assert.deepEqual(await revisions(), []);
    await project.up();
    assert.deepEqual(await revisions(), ["1 deployed"]);
    assert.equal(await greeting(), "one");
    assert.deepEqual(await project.repair(), []);
  });

  it("with its creation noted as interrupted is mended with the state in one go", async () => {
    await project.destroy();
    await killAt("pending-install", { greeting: "two" });
    set({ greeting: "two" });
    const outcomes = await project.repair();
    assert.deepEqual(
      outcomes.map(({ finding, result }) => [finding.kind, result]),
      [
        ["stuck-release", "repaired"],
        ["pending-create", "repaired"],
      ],
    );
    await project.up();
    assert.deepEqual(await revisions(), ["1 deployed"]);
    assert.deepEqual(await project.preview("--refresh"), []);
  });

  it("in an upgrade is refused, rolled back to what worked, and upgraded", async () => {
    await killAt("pending-upgrade", { greeting: "three" });
    assert.deepEqual(await revisions(), ["1 deployed", "2 pending-upgrade"]);
    set({ greeting: "three" });
    const refused = await project.pulumi([...UP]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.text, /another operation \(install\/upgrade\/rollback\) is in progress/);
    const [release] = await project.repair();
    assert.deepEqual([release?.result, release?.detail], ["repaired", "rolled back to revision 1"]);
    await project.up();
    assert.equal(await greeting(), "three");
    assert.equal((await revisions()).at(-1), "4 deployed");
    assert.deepEqual(await project.preview("--refresh"), []);
    console.log("      pending-install 2 of 2 and pending-upgrade 1 of 1 mended; lost 0, twice 0");
  });

  it("leaves no kubeconfig and no token behind", () => {
    assert.deepEqual(findLeaks(project.kept, [{ name: "operator token", value: cluster.token }]), []);
    const left = readdirSync(join(project.folder, "tmp")).filter((name) => name.startsWith("mesh-repair"));
    assert.deepEqual(left, []);
  });
});
