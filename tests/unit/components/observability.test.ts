import assert from "node:assert/strict";
import { catalog } from "../../../catalog";
import { compileRegion } from "../../../istio/region";
import { buildMesh, regionOf } from "../../../topology";
import type { Registration, Run } from "../../support/mocks";
import { globalStack, regionStack, runStack, type ShownStack } from "../../support/stacks";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const SECRET = "kubernetes:core/v1:Secret";
const ALL = ["grafana", "jaeger", "kiali", "prometheus"] as const;

/** Outputs of a region that has Kiali, too. */
function withKiali(region: string, index: number): ShownStack {
  const plain = regionStack(region, index);
  const names = [...(plain.secretOutputNames ?? []), "kialiCredential"];
  return {
    outputs: {
      ...plain.outputs,
      linkContract: { version: 1, cluster: `${region}-cluster`, secretNames: names },
      kialiCredential: {
        cluster: `${region}-cluster`,
        server: `https://${region}.example:443`,
        caData: "Q0E=",
        token: `kiali-token-of-${region}`,
      },
    },
    secretOutputNames: names,
  };
}

const standing = {
  global: globalStack(["eastus", "westeurope", "southeastasia"]),
  westeurope: withKiali("westeurope", 2),
  southeastasia: regionStack("southeastasia", 3),
};

const enabled = (...names: readonly string[]): Record<string, string> => ({
  "global-mesh:observability": JSON.stringify(
    Object.fromEntries(names.map((name) => [name, { enabled: true }])),
  ),
});
const ofType = (run: Run, type: string): readonly Registration[] =>
  run.registrations.filter((registration) => registration.type === type);
const named = (run: Run, type: string, name: string): Registration => {
  const found = ofType(run, type).find((registration) => registration.name === name);
  assert.ok(found, `${type} ${name} is not registered`);
  return found;
};
const addOns = (run: Run): readonly string[] =>
  ofType(run, RELEASE)
    .filter(({ inputs }) => inputs["namespace"] === "istio-observability")
    .map(({ name }) => name)
    .toSorted();

describe("the add-ons of a region's program", function () {
  // Each case runs the whole program, some twice.
  this.timeout(60_000);
  let run: Run;
  before(async () => {
    run = await runStack("eastus", standing, enabled(...ALL));
  });

  it("are none where nothing is enabled, and leave no resource behind", async () => {
    const plain = await runStack("eastus", standing);
    assert.deepEqual(addOns(plain), []);
    const text = JSON.stringify(plain.registrations);
    assert.doesNotMatch(text, /observability|kiali|grafana|jaeger/);
    assert.equal(plain.outputs["kialiCredential"], undefined);
  });

  it("are Helm releases of their makers' charts, each in its pinned version", () => {
    assert.deepEqual(addOns(run), [...ALL]);
    const chartOf = (name: string): unknown[] => {
      const { inputs } = named(run, RELEASE, name);
      return [inputs["chart"], inputs["version"], (inputs["repositoryOpts"] as { repo: string }).repo];
    };
    assert.deepEqual(chartOf("grafana"), [
      "grafana",
      "12.11.1",
      "https://grafana-community.github.io/helm-charts",
    ]);
    assert.deepEqual(chartOf("kiali"), ["kiali-server", "2.29.0", "https://kiali.org/helm-charts"]);
  });

  it("come after the mesh, in a namespace that is closed before", () => {
    for (const name of ALL) {
      const after = named(run, RELEASE, name).options["dependsOn"] as readonly string[];
      assert.ok(
        after.includes("kubernetes:networking.k8s.io/v1:NetworkPolicy::istio-observability"),
        `${name}: ${after.join(" ")}`,
      );
    }
    const beside = named(run, "global-mesh:observability:Observability", "observability");
    assert.ok((beside.options["dependsOn"] as string[]).includes(`${RELEASE}::istiod-default`));
  });

  it("keep the password and the key out of the values", () => {
    const values = named(run, RELEASE, "grafana").inputs["values"] as { admin: object };
    assert.deepEqual(values.admin, {
      existingSecret: "grafana-admin",
      userKey: "admin-user",
      passwordKey: "admin-password",
    });
    for (const name of ["observability-grafana-admin", "observability-kiali-signing"]) {
      assert.equal(named(run, SECRET, name).inputs["data"], "[secret]", name);
    }
    assert.doesNotMatch(JSON.stringify(run.registrations), /password observability|token-of-/);
    // Base64 of the same.
    assert.doesNotMatch(JSON.stringify(run.registrations), /cGFzc3dvcmQgb2Jz|a2lhbGktdG9rZW4/);
  });

  it("show Kiali the clusters whose regions have one, and theirs this one", async () => {
    assert.equal(run.outputs["kialiCredential"], "[secret]");
    const { secretNames } = run.outputs["linkContract"] as { secretNames: string[] };
    assert.deepEqual(secretNames, ["kialiCredential", "kubeconfig", "readerCredential"]);
    const clusters = named(run, SECRET, "observability-kiali-clusters").inputs;
    assert.equal((clusters["metadata"] as { name: string }).name, "kiali-multi-cluster-secret");
    const annotation = (of: Run): unknown => {
      const { deployment } = named(of, RELEASE, "kiali").inputs["values"] as {
        deployment: { pod_annotations: Record<string, unknown> };
      };
      return deployment.pod_annotations["global-mesh/clusters"];
    };
    assert.match(String(annotation(run)), /^[0-9a-f]{16}$/);
    const alone = { ...standing, westeurope: regionStack("westeurope", 2) };
    const other = await runStack("eastus", alone, enabled("prometheus", "kiali"));
    assert.notEqual(annotation(other), annotation(run), "Kiali would not read the new clusters");
  });

  it("let Kiali's account look at nothing secret and change nothing", () => {
    const { rules } = named(
      run,
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
      "observability-kiali-role",
    ).inputs as { rules: { resources: string[]; verbs: string[] }[] };
    for (const { resources, verbs } of rules) {
      assert.ok(!resources.includes("secrets"));
      const changing = verbs.filter((verb) => !["get", "list", "watch"].includes(verb));
      assert.deepEqual(changing, resources.includes("pods/portforward") ? ["create"] : []);
    }
  });

  it("take the spans of the mesh where there is a Jaeger", async () => {
    const mesh = (of: Run): Record<string, unknown> =>
      (named(of, RELEASE, "istiod-default").inputs["values"] as { meshConfig: Record<string, unknown> })
        .meshConfig;
    assert.deepEqual(mesh(run)["extensionProviders"], [
      {
        name: "jaeger",
        opentelemetry: { service: "jaeger.istio-observability.svc.cluster.local", port: 4317 },
      },
    ]);
    assert.deepEqual(mesh(run)["defaultProviders"], { metrics: ["prometheus"], tracing: ["jaeger"] });
    // To the mesh one Service stands in all regions; the others' networks would not take the spans in.
    assert.deepEqual(mesh(run)["serviceSettings"], [
      { settings: { clusterLocal: true }, hosts: ["jaeger.istio-observability.svc.cluster.local"] },
    ]);
    const without = await runStack("eastus", standing, enabled("prometheus"));
    assert.equal(mesh(without)["extensionProviders"], undefined);
  });

  it("let each narrowed proxy know Jaeger's Service, without which its spans would go nowhere", () => {
    const labels = { mesh: "enabled", integration: "istio" };
    const mesh = buildMesh({
      topology: "flat",
      regions: { eastus: { cidr: "10.10.0.0/16", labels, zones: ["1"] } },
      primary: "eastus",
      leaving: [],
    });
    const hosts = (jaeger: boolean): readonly string[][] =>
      compileRegion(
        {
          applications: ["ai-agent"],
          mesh,
          region: regionOf(mesh, "eastus"),
          trustDomain: "cluster.local",
          revision: "default",
          rollouts: {},
          observability: { jaeger: { enabled: jaeger } },
        },
        catalog,
      )
        .objects.filter(({ kind }) => kind === "Sidecar")
        .map(({ spec }) => (spec as { egress: { hosts: string[] }[] }).egress[0]?.hosts ?? []);
    assert.ok(hosts(true).length > 0, "no Sidecar to look at");
    for (const list of hosts(true)) assert.ok(list.includes("istio-observability/*"), list.join());
    for (const list of hosts(false)) assert.ok(!list.includes("istio-observability/*"), list.join());
  });

  it("come from a registry or a folder where the stack says so", async () => {
    const observability = {
      jaeger: { enabled: true, registry: "oci://mirror.example/charts/", version: "4.12.0" },
      prometheus: { enabled: true, folder: "no-such-folder" },
    };
    const said = { "global-mesh:observability": JSON.stringify(observability) };
    await assert.rejects(
      runStack("eastus", standing, said),
      /global-mesh:observability\.prometheus\.folder: got "no-such-folder", which holds no Chart\.yaml/,
    );
    const { jaeger } = observability;
    const mirrored = await runStack("eastus", standing, {
      "global-mesh:observability": JSON.stringify({ jaeger }),
    });
    const { inputs } = named(mirrored, RELEASE, "jaeger");
    assert.deepEqual(
      [inputs["chart"], inputs["version"], inputs["repositoryOpts"]],
      ["oci://mirror.example/charts/jaeger", "4.12.0", undefined],
    );
  });

  it("are refused without a Prometheus to ask, and from two sources at once", async () => {
    await assert.rejects(
      runStack("eastus", standing, enabled("grafana", "kiali")),
      /observability\.grafana\.enabled\n.*\n +allowed: false, or true beside prometheus\.enabled[\s\S]*observability\.kiali\.enabled/,
    );
    const twice = { jaeger: { enabled: true, registry: "oci://a/b", repository: "https://c" } };
    await assert.rejects(
      runStack("eastus", standing, { "global-mesh:observability": JSON.stringify(twice) }),
      /observability\.jaeger\n +got: +\{repository, registry\}\n +allowed: at most one of/,
    );
  });

  it("ask another Prometheus where one is named", async () => {
    const url = "https://metrics.example:9090";
    const observability = { prometheusUrl: url, grafana: { enabled: true }, kiali: { enabled: true } };
    const other = await runStack("eastus", standing, {
      "global-mesh:observability": JSON.stringify(observability),
    });
    assert.deepEqual(addOns(other), ["grafana", "kiali"]);
    for (const name of ["grafana", "kiali"]) {
      assert.ok(JSON.stringify(named(other, RELEASE, name).inputs["values"]).includes(url), name);
    }
  });
});
