import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { claimBlock, regionAddresses, type RegionAddresses } from "../../../../sandbox/addresses";
import {
  AddressPool,
  CloudController,
  pooledAddress,
  PublicRelay,
  type PublicIpBinder,
} from "../../../../sandbox/cloud";
import { namedAddress, type Address } from "../../../../sandbox/cloud/service";
import { ControlPlane } from "../../../../sandbox/cluster";
import { KubeClient, type KubeObject } from "../../../../sandbox/kube";
import { NodeAgent, type Executables, type ProxyPlaces } from "../../../../sandbox/node";
import { ProcessRegistry, type ProcessRecord } from "../../../../sandbox/processes";

const run = promisify(execFile);

/** A path that the environment must name: these tests never guess where programs are. */
export function required(variable: "SANDBOX_TEST_TOOLS" | "SANDBOX_TEST_CHARTS", ...names: string[]): string {
  const folder = process.env[variable];
  if (folder === undefined || folder === "")
    throw new Error(`${variable} is not set: it must name the folder with ${names.join(", ")}.`);
  for (const name of names)
    if (!existsSync(join(folder, name))) throw new Error(`${variable}=${folder} has no ${name}.`);
  return folder;
}

/** What the tests ask of a cluster beyond starting it. */
export interface TestCluster {
  readonly kube: KubeClient;
  readonly access: ControlPlane["access"];
  readonly addresses: RegionAddresses;
  readonly folder: string;
  readonly registry: ProcessRegistry;
  readonly agent: NodeAgent;
  readonly logs: readonly string[];
  /** Its servers, to be stopped and started. */
  readonly controlPlane: ControlPlane;
  /**
   * The processes that were started for it and still run, to be killed or frozen by `signalProcess`. istiod is
   * `<region>/istio-system/<pod>/discovery`; of a pod's proxy and application `DataPlane.processes` knows more.
   */
  processes(): readonly ProcessRecord[];
  /** Runs the real helm against the cluster. */
  helm(...args: string[]): Promise<string>;
  /** Stops the agent and starts another one, as a restarted sandbox does, perhaps with other programs. */
  restartAgent(executables?: Executables): Promise<void>;
  stop(): Promise<void>;
}

/** Boots a control plane with a node agent and, where there are addresses to bind, a cloud controller. */
export async function startCluster(
  o: {
    readonly executables?: Executables;
    readonly publicIps?: PublicIpBinder;
    /** @default "eastus" */
    readonly region?: string;
    readonly places?: ProxyPlaces;
    /** Whether load balancers get an address of the region's pool, and lead to the gateways behind them. */
    readonly publicAddresses?: boolean;
  } = {},
): Promise<TestCluster> {
  const tools = required("SANDBOX_TEST_TOOLS", "etcd", "kube-apiserver", "kube-controller-manager");
  const region = o.region ?? "eastus";
  const home = mkdtempSync(join(tmpdir(), "global-mesh-node-test-"));
  const claim = await claimBlock({ home });
  const addresses = regionAddresses(claim.block, 0);
  const folder = join(home, "clusters", `${region}-cluster`);
  const records = join(home, "processes");
  const registry = new ProcessRegistry(records);
  const logs: string[] = [];
  const log = (line: string) => void logs.push(line);
  const operatorToken = randomBytes(24).toString("hex");
  const spec = {
    name: `${region}-cluster`,
    region,
    addresses,
    folder,
    tools: {
      etcd: join(tools, "etcd"),
      kubeApiserver: join(tools, "kube-apiserver"),
      kubeControllerManager: join(tools, "kube-controller-manager"),
    },
    operatorToken,
    kubernetesVersion: "1.35",
  };
  const plane = await ControlPlane.start(spec, registry, log);
  const { access } = plane;
  const kube = KubeClient.direct({ server: access.server, caData: access.caData, token: operatorToken });
  const newAgent = (executables: Executables = o.executables ?? {}) =>
    new NodeAgent({
      kube,
      access,
      addresses,
      region,
      folder,
      registry,
      executables,
      ...(o.places === undefined ? {} : { places: o.places }),
      log,
    });
  let agent = newAgent();
  await agent.start();
  const pool =
    o.publicAddresses === true
      ? { publicIps: new AddressPool(kube, region, (n) => addresses.publicIp(n)), choose: publicOrInternal }
      : undefined;
  const balancing = pool ?? (o.publicIps === undefined ? undefined : { publicIps: o.publicIps });
  const cloud = balancing && new CloudController({ kube, ...balancing, region, log });
  await cloud?.start();
  const backends = (namespace: string, selector: Readonly<Record<string, string>>) =>
    agent.dataPlane.gateways(namespace, selector);
  const relay = pool && new PublicRelay({ kube, backends, log });
  await relay?.start();
  return {
    kube,
    access,
    addresses,
    folder,
    registry,
    get agent() {
      return agent;
    },
    logs,
    controlPlane: plane,
    processes: () => ProcessRegistry.alive(records),
    helm: async (...args) => {
      const config = join(home, "kubeconfig");
      mkdirSync(home, { recursive: true });
      writeFileSync(config, kubeconfigText(access), { mode: 0o600 });
      const env = { PATH: process.env["PATH"], HOME: home, KUBECONFIG: config };
      const { stdout } = await run(join(required("SANDBOX_TEST_TOOLS", "helm"), "helm"), args, { env });
      return stdout;
    },
    restartAgent: async (executables) => {
      await agent.stop();
      agent = newAgent(executables);
      await agent.start();
    },
    stop: async () => {
      await relay?.stop();
      await cloud?.stop();
      await agent.stop();
      await plane.stop();
      await registry.stopAll();
      kube.close();
      await claim.release();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Waits until `look` finds something; fails with what was waited for. */
export async function eventually<T>(
  what: string,
  timeoutMs: number,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`after ${timeoutMs / 1000} s still no ${what}`);
    await sleep(200);
  }
}

/** A namespace and its service account: without the account no pod is admitted. */
export async function makeNamespace(
  kube: KubeClient,
  name: string,
  labels: Record<string, string> = {},
): Promise<void> {
  await kube.create({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
  await eventually(`service account of namespace ${name}`, 120_000, () =>
    kube.get({ apiVersion: "v1", kind: "ServiceAccount", namespace: name, name: "default" }),
  );
}

/** The one event of an object with this reason. */
export async function eventOf(
  kube: KubeClient,
  object: KubeObject,
  reason: string,
): Promise<string | undefined> {
  const events = await kube.list({
    apiVersion: "v1",
    kind: "Event",
    namespace: object.metadata.namespace ?? "default",
  });
  const found = events.find(
    (event) =>
      event["reason"] === reason &&
      (event["involvedObject"] as { name?: string } | undefined)?.name === object.metadata.name,
  );
  return found?.["message"] as string | undefined;
}

/** A public address of the pool; one of the virtual network for a load balancer that asks for that, as on Azure. */
function publicOrInternal(service: KubeObject): Address | string {
  const { "service.beta.kubernetes.io/azure-load-balancer-internal": internal } =
    service.metadata.annotations ?? {};
  return internal === "true" ? namedAddress(service) : pooledAddress(service);
}

function kubeconfigText({ server, caData, operatorToken }: ControlPlane["access"]): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "certificate-authority-data": caData } }],
    users: [{ name: "test", user: { token: operatorToken } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  });
}
