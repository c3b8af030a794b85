import assert from "node:assert/strict";
import type { KubeObject } from "../../../sandbox/kube";
import { findLeaks } from "../../support/secrets";
import { startCluster, type TestCluster } from "./support/cluster";
import { Project } from "./support/project";
import { WIDGETS } from "./support/widgets";
import type { Data, Scenario, ScenarioResource } from "./support/scenario";

const PASSWORD = "correct-horse-battery-staple";

describe("the kubernetes plugin under the engine", function () {
  this.timeout(900_000);
  let cluster: TestCluster;
  let project: Project;

  before(async () => {
    [cluster, project] = await Promise.all([startCluster(), Project.make()]);
    await cluster.kube.create(WIDGETS);
  });

  after(async () => {
    await (cluster as TestCluster | undefined)?.stop();
    (project as Project | undefined)?.remove();
  });

  function scenario(change: Partial<Record<"weight" | "password", Data>> = {}): Scenario {
    const namespace = "team";
    const resources: ScenarioResource[] = [
      { type: "Namespace", name: "team", args: { metadata: { name: namespace } } },
      {
        type: "Secret",
        name: "login",
        args: {
          metadata: { name: "login", namespace },
          stringData: { password: { $secret: change.password ?? PASSWORD } },
        },
        dependsOn: ["team"],
      },
      {
        type: "ServiceAccount",
        name: "reader",
        args: { metadata: { name: "reader", namespace } },
        dependsOn: ["team"],
      },
      {
        type: "Secret",
        name: "token",
        args: {
          metadata: {
            name: "reader-token",
            namespace,
            annotations: { "kubernetes.io/service-account.name": "reader" },
          },
          type: "kubernetes.io/service-account-token",
        },
        dependsOn: ["reader"],
      },
      {
        type: "CustomResource",
        name: "widget",
        args: {
          apiVersion: "example.com/v1",
          kind: "Widget",
          metadata: { name: "widget", namespace, labels: { "app.kubernetes.io/part-of": "test" } },
          spec: { weight: change.weight ?? 80, routes: [{ to: "v1" }, { to: "v2" }] },
        },
        dependsOn: ["team"],
      },
      {
        type: "ClusterRoleBinding",
        name: "binding",
        args: {
          metadata: { name: "readers" },
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
          subjects: [{ kind: "ServiceAccount", name: "reader", namespace }],
        },
      },
      {
        type: "NetworkPolicy",
        name: "policy",
        args: {
          metadata: { name: "policy", namespace },
          spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ ports: [{ port: 80 }] }] },
        },
        dependsOn: ["team"],
      },
      { type: "ConfigMap", name: "auto", args: { data: { a: "1" } } },
    ];
    return {
      provider: {
        kubeconfig: { $secret: cluster.kubeconfig },
        clusterIdentifier: "one",
        enableSecretMutable: true,
      },
      resources,
      outputs: [["token", "data"]],
    };
  }

  const live = (kind: string, name: string, apiVersion = "v1"): Promise<KubeObject | undefined> =>
    cluster.kube.get({ apiVersion, kind, namespace: "team", name });

  it("previews and makes objects, and finds nothing to do afterwards", async () => {
    project.set(scenario());
    const steps = await project.preview();
    assert.equal(steps.filter(({ op }) => op === "create").length, 10);
    assert.equal(await live("Namespace", "team"), undefined);

    await project.up();
    const data = (await project.outputs())["token.data"] as Record<string, string>;
    assert.deepEqual(Object.keys(data).toSorted(), ["ca.crt", "namespace", "token"]);
    assert.match(
      (await cluster.kube.list({ apiVersion: "v1", kind: "ConfigMap", namespace: "default" }))
        .map(({ metadata }) => metadata.name)
        .join(" "),
      /auto-[0-9a-f]{8}/,
    );
    assert.deepEqual(await project.preview(), []);
    assert.deepEqual(await project.preview("--refresh"), []);
  });

  it("keeps secrets secret wherever they are kept", async () => {
    const token = await cluster.kube.get({
      apiVersion: "v1",
      kind: "Secret",
      namespace: "team",
      name: "reader-token",
    });
    const value = (token?.data as Record<string, string>).token ?? "";
    const secrets = [
      { name: "password", value: PASSWORD },
      { name: "operator token", value: cluster.token },
      { name: "reader token", value: Buffer.from(value, "base64").toString("utf8") },
    ];
    assert.deepEqual(findLeaks(project.kept, secrets), []);
  });

  it("shows a change by its field and makes just that", async () => {
    project.set(scenario({ weight: 90, password: `${PASSWORD}-2` }));
    const steps = await project.preview();
    assert.deepEqual(
      steps
        .map(({ op, name, changes }) => ({ op, name, changes }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      [
        { op: "update", name: "login", changes: ["data.password"] },
        { op: "update", name: "widget", changes: ["spec.weight"] },
      ],
    );
    const before = await live("Secret", "login");
    await project.up();
    assert.deepEqual((await live("Widget", "widget", "example.com/v1"))?.spec, {
      weight: 90,
      routes: [{ to: "v1" }, { to: "v2" }],
    });
    const after = await live("Secret", "login");
    assert.equal(after?.metadata.uid, before?.metadata.uid, "a mutable Secret is not replaced");
    assert.deepEqual(await project.preview("--refresh"), []);
  });

  it("removes a field that the program drops, though it was set at the creation", async () => {
    const dropped = scenario({ weight: 90, password: `${PASSWORD}-2` });
    const widget = dropped.resources.find(({ name }) => name === "widget")?.args as { spec: Data };
    widget.spec = { weight: 90 };
    project.set(dropped);
    assert.deepEqual(
      (await project.preview()).map(({ op, changes }) => ({ op, changes })),
      [{ op: "update", changes: ["spec.routes"] }],
    );
    await project.up();
    assert.deepEqual((await live("Widget", "widget", "example.com/v1"))?.spec, { weight: 90 });
  });

  it("shows drift after a refresh only, and repairs it when told to take fields back", async () => {
    const wanted = scenario({ weight: 90, password: `${PASSWORD}-2` });
    project.set(wanted);
    await project.up();
    const widget = { apiVersion: "example.com/v1", kind: "Widget", namespace: "team", name: "widget" };
    await cluster.kube.patch(widget, { spec: { weight: 1, extra: "not ours" } });
    await cluster.kube.delete({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      namespace: "team",
      name: "policy",
    });

    assert.deepEqual(await project.preview(), [], "without a refresh the state is what counts");
    // As with the official plugin: the preview is an apply that changes nothing, so it meets the same conflict.
    const refused = await project.pulumi(["preview", "--refresh"]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.text, /another manager has changed a field .*\.spec\.weight.*patchForce/s);

    project.set({
      ...wanted,
      provider: { ...(wanted.provider as Record<string, Data>), enablePatchForce: true },
    });
    const steps = await project.preview("--refresh");
    assert.deepEqual(
      steps
        .map(({ op, name, changes }) => ({ op, name, changes }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      [
        { op: "update", name: "cluster", changes: ["enablePatchForce"] },
        { op: "create", name: "policy", changes: [] },
        { op: "update", name: "widget", changes: ["spec.weight"] },
      ],
    );
    await project.up("--refresh");
    assert.deepEqual((await live("Widget", "widget", "example.com/v1"))?.spec, {
      weight: 90,
      routes: [{ to: "v1" }, { to: "v2" }],
      extra: "not ours",
    });
    assert.deepEqual(await project.preview("--refresh"), []);
  });

  it("replaces what cannot be changed, the old object first", async () => {
    const wanted = scenario({ weight: 90, password: `${PASSWORD}-2` });
    const binding = wanted.resources.find(({ name }) => name === "binding")?.args as {
      roleRef: { name: string };
    };
    binding.roleRef.name = "edit";
    project.set(wanted);
    const steps = (await project.preview()).filter(({ name }) => name !== "cluster");
    assert.deepEqual(
      steps.map(({ op, name, replaces }) => ({ op, name, replaces })),
      [{ op: "replace", name: "binding", replaces: ["roleRef.name"] }],
    );
    // Made before the old one is gone, it would be refused: they have one name.
    await project.up();
    const made = await cluster.kube.get({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      name: "readers",
    });
    assert.equal((made?.roleRef as { name: string }).name, "edit");
  });

  it("deletes all of it and waits until it is gone", async () => {
    await project.destroy();
    assert.equal(await cluster.kube.get({ apiVersion: "v1", kind: "Namespace", name: "team" }), undefined);
  });
});
