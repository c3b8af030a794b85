import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Endpoint, ManagedProcess, ProcessRegistry } from "../processes";
import { prepareFiles, serverUrl, type ClusterFiles } from "./files";
import { apiServerFlags, controllerManagerFlags, etcdFlags } from "./flags";
import { requireFreePort, waitUntilReady } from "./readiness";
import { askApiServer, askControllerManager, readDataId, writeDataId } from "./requests";
import { COMPONENTS, type ClusterAccess, type Component, type ControlPlaneSpec } from "./spec";

/** Receives one line per step. */
export type Log = (line: string) => void;

const START_TIMEOUT_MS = 120_000;

/**
 * Waves in which the servers end. An API server whose etcd has gone waits for it before it ends, a controller
 * manager whose API server has gone fills its log.
 */
const STOP_WAVES = {
  "kube-controller-manager": 10,
  "kube-apiserver": 20,
  etcd: 30,
} as const satisfies Record<Component, number>;

/** The real Kubernetes control plane of one region: etcd, kube-apiserver and kube-controller-manager. */
export class ControlPlane {
  /** How to talk to the cluster as its operator. */
  readonly access: ClusterAccess;
  /** Told when a server that was ready has ended although nobody stopped it. */
  onEnded: (component: Component, how: string) => void = () => undefined;
  private readonly running = new Map<Component, ManagedProcess>();

  private constructor(
    private readonly spec: ControlPlaneSpec,
    private readonly files: ClusterFiles,
    private readonly registry: ProcessRegistry,
    private readonly log: Log,
  ) {
    this.access = {
      server: serverUrl(spec),
      caData: readFileSync(files.ca).toString("base64"),
      operatorToken: spec.operatorToken,
    };
  }

  /**
   * Starts the servers one after the other and returns when all are ready. With a folder of an earlier run its
   * data, CA and service account tokens are taken up again. When one server fails the others are stopped.
   */
  static async start(spec: ControlPlaneSpec, registry: ProcessRegistry, log: Log): Promise<ControlPlane> {
    mkdirSync(spec.folder, { recursive: true, mode: 0o700 });
    const controlPlane = new ControlPlane(spec, await prepareFiles(spec), registry, log);
    try {
      for (const component of COMPONENTS) await controlPlane.startComponent(component);
    } catch (error) {
      await controlPlane.stop();
      throw error;
    }
    return controlPlane;
  }

  /** The process of a server, or undefined while it is stopped. */
  process(component: Component): ManagedProcess | undefined {
    return this.running.get(component);
  }

  /** Starts one server (after `stopComponent`, or when it was killed) and waits until it is ready. */
  async startComponent(component: Component): Promise<void> {
    if (this.running.has(component)) return;
    const started = Date.now();
    let ready = false;
    const name = `${this.spec.name}/${component}`;
    const endpoint = this.endpoint(component);
    await requireFreePort(name, endpoint);
    const logFolder = this.spec.logFolder ?? join(this.spec.folder, "logs");
    const process = await this.registry.spawn({
      name,
      command: this.command(component),
      args: this.flags(component),
      // Half the garbage for a few per cent of CPU time: three of these stand on one small machine.
      env: { GOGC: "50", TZ: "UTC" },
      cwd: this.spec.folder,
      logFile: join(logFolder, `${this.spec.name}-${component}.log`),
      stopWave: STOP_WAVES[component],
    });
    this.running.set(component, process);
    void process.exited.then(({ code, signal }) => {
      if (this.running.get(component) === process) this.running.delete(component);
      // Before it is ready, the error of the start says it.
      if (ready && !process.stopping) {
        const how = `ended by itself (${signal ?? `code ${code ?? "unknown"}`})`;
        this.log(`${name} ${how}`);
        this.onEnded(component, how);
      }
    });
    await waitUntilReady({
      name,
      process,
      endpoint,
      timeoutMs: this.spec.startTimeoutMs ?? START_TIMEOUT_MS,
      missing: () => this.missing(component),
    });
    await this.accept(component);
    if (this.running.get(component) !== process) throw new Error(`${name} ended just after it was ready.`);
    ready = true;
    this.log(`${name} is ready after ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }

  /** Stops one server and leaves the others: for tests of what happens then. */
  async stopComponent(component: Component): Promise<void> {
    const process = this.running.get(component);
    if (process === undefined) return;
    await process.stop();
    this.running.delete(component);
  }

  /** Stops all servers. The data stays. */
  async stop(): Promise<void> {
    for (const component of COMPONENTS.toReversed()) await this.stopComponent(component);
  }

  private command(component: Component): string {
    const { etcd, kubeApiserver, kubeControllerManager } = this.spec.tools;
    return {
      etcd,
      "kube-apiserver": kubeApiserver,
      "kube-controller-manager": kubeControllerManager,
    }[component];
  }

  private flags(component: Component): string[] {
    const build = {
      etcd: etcdFlags,
      "kube-apiserver": apiServerFlags,
      "kube-controller-manager": controllerManagerFlags,
    }[component];
    return build(this.spec, this.files);
  }

  private endpoint(component: Component): Endpoint {
    const { host, etcdClientPort, apiServerPort, controllerManagerPort } = this.spec.addresses;
    const port = {
      etcd: etcdClientPort,
      "kube-apiserver": apiServerPort,
      "kube-controller-manager": controllerManagerPort,
    }[component];
    return { host, port };
  }

  /** What a server lacks until it is ready. */
  private async missing(component: Component): Promise<string | undefined> {
    switch (component) {
      case "etcd":
        await readDataId(this.spec, this.files);
        return undefined;
      case "kube-apiserver": {
        const { status, body } = await askApiServer(this.spec, this.files, "/readyz");
        return status === 200 ? undefined : `/readyz answers ${status}: ${body.slice(0, 300)}`;
      }
      case "kube-controller-manager": {
        const { status, body } = await askControllerManager(this.spec, this.files);
        if (status !== 200) return `/healthz answers ${status}`;
        // It calls itself healthy before it has a controller, and ends when the API server leaves it then.
        return body.includes("[+]namespace-controller ok") ? undefined : "the controllers have not started";
      }
    }
  }

  /** Checks once that a ready server is the one that was meant. */
  private async accept(component: Component): Promise<void> {
    if (component === "etcd") await this.acceptData();
    if (component === "kube-apiserver") await this.acceptVersion();
  }

  private async acceptData(): Promise<void> {
    const found = await readDataId(this.spec, this.files);
    if (found === undefined) await writeDataId(this.spec, this.files);
    else if (found !== this.files.dataId) {
      throw new Error(
        `${this.spec.name}/etcd answers with the data of another cluster. Remove ${this.spec.folder} to begin anew.`,
      );
    }
  }

  private async acceptVersion(): Promise<void> {
    const answer = await askApiServer(this.spec, this.files, "/version", this.spec.operatorToken);
    const version = JSON.parse(answer.body) as { major?: string; minor?: string };
    const got = `${version.major ?? "?"}.${version.minor ?? "?"}`;
    const wanted = this.spec.kubernetesVersion.split(".").slice(0, 2).join(".");
    if (answer.status !== 200 || got !== wanted) {
      throw new Error(
        `kubernetesVersion ${this.spec.kubernetesVersion} was asked for, but the sandbox's API server is ${got}. ` +
          `Set kubernetesVersion to ${got}.`,
      );
    }
  }
}
