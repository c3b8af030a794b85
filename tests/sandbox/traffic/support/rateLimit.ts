import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import type { KubeObject } from "../../../../sandbox/kube";
import type { ManagedProcess } from "../../../../sandbox/processes";
import { ensureTools, RATE_LIMIT_TOOLS } from "../../../../sandbox/tools";
import { eventually } from "../../node/support/cluster";
import type { TestCluster } from "../../node/support/cluster";

const PORT = 8081;
const STORE_PORT = 6379;
/** Of the region's public addresses, which load balancers take from the first on. */
const LAST_ADDRESS = 254;

/** Where the rate limit service runs, in the terms of the catalog. */
export const RATE_LIMITS = {
  namespace: "limits",
  address: `ratelimit.limits.svc.cluster.local:${PORT}`,
  configMap: "ratelimit-config",
} as const;

/** What leads to the rate limit service: its Kubernetes Service, and where it is. */
export function rateLimitObjects({ addresses }: TestCluster): readonly KubeObject[] {
  const { namespace } = RATE_LIMITS;
  const labels = { app: "ratelimit" };
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "ratelimit", namespace },
      spec: { selector: labels, ports: [{ name: "grpc", port: PORT, targetPort: PORT }] },
    },
    {
      apiVersion: "networking.istio.io/v1",
      kind: "WorkloadEntry",
      metadata: { name: "ratelimit", namespace },
      spec: { address: addresses.publicIp(LAST_ADDRESS), labels },
    },
  ];
}

/**
 * The real rate limit service with a real Redis, run beside the mesh as a user would deploy them: it reads the ConfigMap
 * that the program made, as if it were mounted.
 */
export class RateLimits {
  private constructor(
    private readonly cluster: TestCluster,
    private readonly tools: ReadonlyMap<string, string>,
    private readonly folder: string,
  ) {}

  private service: ManagedProcess | undefined;
  private store: ManagedProcess | undefined;

  /** Starts both; the ConfigMap has to be there. */
  static async start(cluster: TestCluster): Promise<RateLimits> {
    const made = await ensureTools(RATE_LIMIT_TOOLS);
    const tools = new Map([...made].map(([name, tool]) => [name as string, tool.path]));
    const limits = new RateLimits(cluster, tools, path.join(cluster.folder, "ratelimit"));
    await limits.startStore();
    await limits.startService();
    return limits;
  }

  /** Starts the service again: what it has counted is in the store only. */
  async restartService(): Promise<void> {
    await this.stopService();
    await this.startService();
  }

  /** Ends the service; nobody answers the proxies then. */
  async stopService(): Promise<void> {
    await this.service?.stop();
  }

  /** Ends both. */
  async stop(): Promise<void> {
    await this.stopService();
    await this.store?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Both are reached here; a socket in the test's folder may have a longer path than the kernel takes. */
  private get host(): string {
    return this.cluster.addresses.publicIp(LAST_ADDRESS);
  }

  private async startStore(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    this.store = await this.cluster.registry.spawn({
      name: "redis-server",
      command: this.tools.get("redis-server") ?? "",
      args: [
        ...["--bind", this.host, "--port", String(STORE_PORT)],
        // Nothing is kept on disk.
        ...["--save", "", "--appendonly", "no"],
      ],
      cwd: this.folder,
      logFile: path.join(this.folder, "redis.log"),
    });
    await eventually("Redis", 60_000, () => reachable(this.host, STORE_PORT));
  }

  private async startService(): Promise<void> {
    const { host } = this;
    const configuration = path.join(this.folder, "data", "ratelimit", "config");
    mkdirSync(configuration, { recursive: true });
    const { namespace, configMap: name } = RATE_LIMITS;
    const object = await this.cluster.kube.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name });
    const { data = {} } = (object ?? {}) as { data?: Record<string, string> };
    for (const [file, text] of Object.entries(data)) writeFileSync(path.join(configuration, file), text);
    this.service = await this.cluster.registry.spawn({
      name: "ratelimit",
      command: this.tools.get("ratelimit") ?? "",
      args: [],
      env: {
        ...{ HOST: host, DEBUG_HOST: host, GRPC_HOST: host, GRPC_PORT: String(PORT), USE_STATSD: "false" },
        ...{ REDIS_SOCKET_TYPE: "tcp", REDIS_URL: `${host}:${STORE_PORT}`, LOG_LEVEL: "info" },
        ...{ RUNTIME_ROOT: path.join(this.folder, "data"), RUNTIME_SUBDIRECTORY: "ratelimit" },
        RUNTIME_WATCH_ROOT: "false",
      },
      logFile: path.join(this.folder, "ratelimit.log"),
    });
    await eventually("the rate limit service", 60_000, () => reachable(host, PORT));
  }
}

function reachable(host: string, port: number) {
  return new Promise<true | undefined>((resolve) => {
    const socket = connect({ host, port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(undefined));
  });
}
