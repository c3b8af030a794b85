import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { catalog } from "../../../../catalog";
import { loadProject } from "../../../../cli/project/load";
import { compileRegion } from "../../../../istio/region";
import { workloadObjects } from "../../../../cli/sandbox/workloads";
import type { KubeObject } from "../../../../sandbox/kube";
import { ProxyPlaces, type Executables } from "../../../../sandbox/node";
import { bundleProgram } from "../../../../sandbox/plugins/bundle";
import { ensureBootstrap, ensureTools } from "../../../../sandbox/tools";
import { makeCacerts, makeRoot } from "../../node/support/certificates";
import {
  eventually,
  makeNamespace,
  required,
  startCluster,
  type TestCluster,
} from "../../node/support/cluster";

const ROOT = path.resolve(__dirname, "..", "..", "..", "..");
const SYSTEM = "istio-system";

/** What a group of tests needs of a mesh. */
export interface MeshOptions {
  readonly regions: readonly string[];
  /** Applications of the catalog, with their policies and workloads; what holds for the whole mesh comes besides. */
  readonly applications: readonly string[];
  /** Objects besides those of the catalog, in every region. @default none */
  readonly extra?: readonly KubeObject[];
}

/** Regions with a real istiod each, linked, with the catalog's policies and a proxy beside every workload. */
export class TestMesh {
  private constructor(
    private readonly clusters: ReadonlyMap<string, TestCluster>,
    private readonly folder: string,
  ) {}

  /** Brings the mesh up and waits until all workloads are ready and every region knows those of the others. */
  static async start(o: MeshOptions): Promise<TestMesh> {
    const folder = mkdtempSync(path.join(tmpdir(), "global-mesh-traffic-"));
    const executables = await programs(folder);
    const places = new ProxyPlaces();
    const clusters = new Map<string, TestCluster>();
    const mesh = new TestMesh(clusters, folder);
    try {
      const root = await makeRoot("root of the test mesh");
      for (const region of o.regions) {
        const cluster = await startCluster({ executables, region, places });
        clusters.set(region, cluster);
        await makeNamespace(cluster.kube, SYSTEM, { "topology.istio.io/network": "network1" });
        await cluster.kube.create({
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: "cacerts", namespace: SYSTEM },
          stringData: await makeCacerts(root, `intermediate of ${region}`),
        });
      }
      await Promise.all([...clusters].map(([region, cluster]) => installIstio(region, cluster)));
      for (const [region, cluster] of clusters) await mesh.link(region, cluster);
      for (const [region, cluster] of clusters) await applyCatalog(region, cluster, o);
      await mesh.waitReady(o);
      return mesh;
    } catch (error) {
      const logs = [...clusters].flatMap(([region, { logs: lines }]) => [`${region}:`, ...lines.slice(-15)]);
      await mesh.stop();
      throw new Error(`${String(error)}\n${logs.join("\n")}`, { cause: error });
    }
  }

  /** The cluster of a region. */
  in(region: string): TestCluster {
    const cluster = this.clusters.get(region);
    if (cluster === undefined) throw new Error(`the test mesh has no region ${region}`);
    return cluster;
  }

  async stop(): Promise<void> {
    await Promise.allSettled([...this.clusters.values()].map((cluster) => cluster.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The secrets by which the istiod of a region reads the other clusters. */
  private async link(region: string, cluster: TestCluster): Promise<void> {
    for (const [peer, { access }] of this.clusters) {
      if (peer === region) continue;
      const name = `${peer}-cluster`;
      await cluster.kube.create({
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
          name: `istio-remote-secret-${name}`,
          namespace: SYSTEM,
          labels: { "istio/multiCluster": "true" },
          annotations: { "networking.istio.io/cluster": name },
        },
        stringData: { [name]: kubeconfig(name, access) },
      });
    }
  }

  private async waitReady(o: MeshOptions): Promise<void> {
    for (const [region, { kube }] of this.clusters) {
      await eventually(`ready workloads in ${region}`, 240_000, async () => {
        const deployments = await kube.list({ apiVersion: "apps/v1", kind: "Deployment" });
        const apps = deployments.filter(({ metadata }) => metadata.namespace !== SYSTEM);
        const ready = apps.filter(
          ({ status }) => ((status as { readyReplicas?: number } | undefined)?.readyReplicas ?? 0) > 0,
        );
        return apps.length > 0 && ready.length === apps.length ? true : undefined;
      });
      if (o.regions.length > 1)
        await eventually(`clusters synced in ${region}`, 120_000, async () => {
          const { http } = this.in(region).addresses.istiod;
          const answer = await fetch(`http://127.0.0.1:${http}/debug/clusterz`);
          const known = (await answer.json()) as { syncStatus: string }[];
          const synced = known.filter(({ syncStatus }) => syncStatus === "synced");
          return synced.length === o.regions.length ? true : undefined;
        });
    }
  }
}

async function programs(folder: string): Promise<Executables> {
  const tools = required("SANDBOX_TEST_TOOLS", "pilot-discovery");
  const own = (name: string): string => path.join(tools, name);
  const missing = (["pilot-agent", "envoy"] as const).filter((name) => !existsSync(own(name)));
  const made = await ensureTools(missing);
  return {
    pilotDiscovery: own("pilot-discovery"),
    dataPlane: {
      pilotAgent: made.get("pilot-agent")?.path ?? own("pilot-agent"),
      envoy: made.get("envoy")?.path ?? own("envoy"),
      bootstrap: await ensureBootstrap(),
      app: await bundleProgram({ name: "app", entry: "sandbox/app/main.ts", outDir: folder }),
    },
  };
}

async function installIstio(region: string, cluster: TestCluster): Promise<void> {
  const charts = required("SANDBOX_TEST_CHARTS", "base", "istiod");
  const url = `https://localhost:${cluster.addresses.istiod.https}`;
  const install = (name: string, chart: string, values: Readonly<Record<string, unknown>>): Promise<string> =>
    cluster.helm(
      ...[
        "upgrade",
        "--install",
        name,
        path.join(charts, chart),
        "-n",
        SYSTEM,
        "--wait",
        "--timeout",
        "400s",
      ],
      ...Object.entries(values).flatMap(([key, value]) => ["--set-json", `${key}=${JSON.stringify(value)}`]),
    );
  await install("istio-base", "base", { "base.validationURL": `${url}/validate` });
  await install("istiod", "istiod", {
    "base.validationURL": `${url}/validate`,
    "istiodRemote.injectionURL": `${url}/inject`,
    "pilot.env": {
      PILOT_ENABLE_METADATA_EXCHANGE: "false",
      PILOT_ENABLE_ALPN_FILTER: "false",
      ISTIOD_CUSTOM_HOST: "localhost",
    },
    "meshConfig.defaultProviders.metrics": [],
    "meshConfig.defaultConfig.proxyMetadata": { ISTIO_META_DNS_CAPTURE: "true" },
    "global.meshID": "mesh1",
    "global.multiCluster.clusterName": `${region}-cluster`,
    "global.network": "network1",
  });
}

async function applyCatalog(region: string, { kube }: TestCluster, o: MeshOptions): Promise<void> {
  const project = loadProject({ program: ROOT, catalog });
  const found = project.regions.find(({ name }) => name === region);
  if (found === undefined) throw new Error(`the project has no region ${region}`);
  const apply = (object: KubeObject) => kube.apply(object, { fieldManager: "test", force: true });
  const settings = { ...found.settings, applications: ["mesh", ...o.applications] };
  const compiled = compileRegion(settings, catalog);
  for (const { name, labels } of compiled.namespaces) await makeNamespace(kube, name, { ...labels });
  for (const object of compiled.objects) await apply(object as unknown as KubeObject);
  const run = catalog.applications.filter(({ name }) => o.applications.includes(name));
  for (const object of [...workloadObjects(run), ...(o.extra ?? [])]) await apply(object);
}

function kubeconfig(name: string, { server, caData, operatorToken }: TestCluster["access"]): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": caData } }],
    users: [{ name, user: { token: operatorToken } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}
