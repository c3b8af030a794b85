import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { stringify } from "yaml";
import type { IstiodPod } from "../../../cli/verify/ask/istiod";
import type { IstiodFacts } from "../../../cli/verify/facts";
import { ISTIO_API } from "../../../cli/verify/kinds";
import type { Place } from "../../../cli/verify/place";
import type { MeshWanted } from "../../../cli/verify/wanted";
import { ISTIOD, POLICY, PROXY, REMOTE, WANTED, type Certificates } from "./support";

const NAMESPACE = "cross-cluster-test";

/** The mesh of `eastus`, the primary, and `westeurope`, its remote; in each the test application. */
export const MESH: MeshWanted = {
  global: "global",
  regions: [WANTED, { ...REMOTE, matrix: {} }],
  leaving: [],
  renewBeforeDays: 90,
  tests: {
    namespace: NAMESPACE,
    app: "test-app",
    url: "http://test-app.global/",
    header: "x-mesh-region",
    client: { app: "test-client", serviceAccount: "test-client" },
  },
};

type Objects = Record<string, object[]>;

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A ready pod; one of istiod, or with a proxy. */
export function pod(name: string, namespace: string, app: string): object {
  return {
    metadata: { name, namespace, labels: { app } },
    spec: { containers: [{ name: app === "istiod" ? "discovery" : "istio-proxy" }] },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  };
}

/** What stands in a region, by the plural of its kind. */
function standing(region: string, { root, intermediate }: Certificates): Objects {
  const published = { namespace: "production", name: "istio-ca-root-cert" };
  const common: Objects = {
    configmaps: [{ metadata: published, data: { "root-cert.pem": root.certificate } }],
    pods: [pod(`test-app-${region}`, NAMESPACE, "test-app")],
  };
  if (region !== WANTED.name) return common;
  const data = {
    "ca-cert.pem": base64(intermediate.certificate),
    "root-cert.pem": base64(root.certificate),
  };
  return {
    ...common,
    pods: [...(common["pods"] ?? []), pod("istiod-1", "istio-system", "istiod")],
    deployments: [
      {
        metadata: { name: "istiod", generation: 1 },
        spec: { replicas: 1 },
        status: { observedGeneration: 1, readyReplicas: 1, updatedReplicas: 1 },
      },
    ],
    secrets: [
      { metadata: { name: "cacerts" }, data },
      { metadata: { name: "istio-remote-secret-westeurope-cluster" }, data: { "westeurope-cluster": "" } },
    ],
    virtualservices: [{ metadata: POLICY.metadata, spec: POLICY.spec }],
  };
}

/** An API server with what stands in its region; nothing can be changed by it. */
export class FakeRegion {
  /** Requests that find nobody, from now on. */
  refuses = 0;
  readonly objects: Objects;
  private readonly server: Server;

  constructor(region: string, pem: Certificates) {
    this.objects = standing(region, pem);
    this.server = createServer((request, response) => {
      if (this.refuses > 0) {
        this.refuses--;
        return void request.socket.destroy();
      }
      response.setHeader("content-type", "application/json");
      const answer = this.answer(new URL(request.url ?? "", "http://api"));
      response.statusCode = answer === undefined ? 404 : 200;
      response.end(JSON.stringify(answer ?? {}));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer({ pathname, searchParams }: URL): object | undefined {
    if (pathname === "/version") return { gitVersion: "v1.35.4" };
    const group = /^\/(?:api|apis\/([^/]+))\/([^/]+)$/.exec(pathname);
    if (group !== null) return { resources: resourcesOf(group[1], group[2] ?? "") };
    const [last = "", before = ""] = pathname.split("/").toReversed();
    if (before === "secrets") return this.objects[before]?.find((one) => nameOf(one) === last);
    const remote = searchParams.get("labelSelector") === "istio/multiCluster=true";
    const items = (this.objects[last] ?? []).filter((one) => !remote || nameOf(one) !== "cacerts");
    return { apiVersion: "v1", kind: "List", metadata: {}, items };
  }
}

function nameOf(object: object): string {
  return (object as { metadata: { name: string } }).metadata.name;
}

const KINDS: Readonly<Record<string, readonly string[]>> = {
  v1: ["Pod", "Secret", "ConfigMap", "ServiceAccount", "Service"],
  "apps/v1": ["Deployment"],
  ...ISTIO_API,
};

function resourcesOf(group: string | undefined, version: string): object[] {
  const kinds = KINDS[group === undefined ? version : `${group}/${version}`] ?? [];
  return kinds.map((kind) => ({ name: `${kind.toLowerCase()}s`, kind, namespaced: true, verbs: ["list"] }));
}

/** What the istiod of a pod says other than where all is well; undefined where it does not answer. */
export type Istiods = (pod: string) => Partial<Pick<IstiodFacts, "clusters" | "proxies">> | undefined;

/** How istiod sees the mesh where all is well. */
export const SYNCED: Pick<IstiodFacts, "clusters" | "proxies"> = {
  clusters: ISTIOD.clusters,
  proxies: MESH.regions.map(({ name, cluster }) => ({
    ...PROXY,
    proxy: `test-app-${name}.${NAMESPACE}`,
    cluster,
  })),
};

/** A kubeconfig with a context for each server, named like its cluster. */
export function kubeconfigOf(servers: Readonly<Record<string, string>>, user: object): string {
  const names = Object.keys(servers);
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: names.map((name) => ({ name, cluster: { server: servers[name] } })),
    users: [{ name: "u", user }],
    contexts: names.map((name) => ({ name, context: { cluster: name, user: "u" } })),
    "current-context": "none",
  });
}

/** A place whose clusters are reached by a kubeconfig, and whose istiods say what they are told to. */
export function fakePlace(kubeconfig: string, istiods: Istiods, path: string): Place {
  const page = ({ name }: IstiodPod, url: string): string => {
    const told = istiods(name);
    if (told === undefined) throw new Error(`istiod pod ${name}, ${url}: no answer`);
    const { clusters, proxies } = { ...SYNCED, ...told };
    switch (url) {
      case "/version":
        return ISTIOD.version;
      case "/debug/clusterz":
        return JSON.stringify(clusters);
      case "/debug/syncz":
        return JSON.stringify(
          proxies.map(({ proxy, cluster, resources }) => ({ proxy, cluster_id: cluster, resources })),
        );
      case "/debug/endpointShardz":
        return "{}";
      case "/metrics":
        return "";
      default:
        throw new Error(`the fake istiod has no page ${url}`);
    }
  };
  return {
    kubeconfig,
    env: { PATH: path },
    door: (_region, { sign }) => ({ get: (one, url) => sign().then(() => page(one, url)) }),
    isSimulated: () => false,
  };
}
