import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Server } from "node:http";
import path from "node:path";
import { armAddress, regionAddresses } from "../addresses/layout";
import { adminDoor, Arm, armServer } from "../arm";
import type { SandboxHome, SandboxIdentity } from "../home";
import { ProxyPlaces } from "../node";
import { endProcess, identityOf, ProcessRegistry } from "../processes";
import { removeRecord, writeRecord, type ProcessRecord } from "../processes/records";
import { LocalClusters } from "./clusters";
import { existingDoor, ExistingClusters } from "./existing";
import { requestDoor } from "./requests";
import type { ClusterTools } from "./standing";

/** How often the home folder is looked for: without it there is nothing left to serve. */
const HOME_CHECK_MS = 2_000;

/** The background process of a sandbox: the ARM stand-in and every cluster. */
export class Daemon {
  private readonly registry: ProcessRegistry;
  private readonly clusters: LocalClusters;
  private readonly existing: ExistingClusters;
  private readonly arm: Arm;
  private readonly server: Server;
  private readonly record: ProcessRecord;
  private ready = false;
  private stopping: Promise<void> | undefined;
  private homeCheck: NodeJS.Timeout | undefined;

  private constructor(
    private readonly home: SandboxHome,
    private readonly identity: SandboxIdentity,
    tools: ClusterTools,
    private readonly ended: () => void,
  ) {
    this.record = ownRecord();
    this.registry = new ProcessRegistry(home.processes);
    this.clusters = new LocalClusters({
      block: identity.block,
      tools,
      operatorToken: secret(home.operatorTokenFile),
      folder: home.clusters,
      logFolder: home.logs,
      registry: this.registry,
      places: new ProxyPlaces(),
      existingSlot: (region) => slotOf(home, region),
      log: (line) => {
        this.log(line);
      },
    });
    this.arm = new Arm({
      subscriptionId: identity.subscriptionId,
      host: this.clusters,
      publicIp: (slot, n) => regionAddresses(identity.block, slot).publicIp(n),
      slots: () => home.identity()?.slots ?? identity.slots,
      stateFile: home.armState,
      log: (line) => {
        this.log(line);
      },
    });
    this.clusters.attach(this.arm);
    this.existing = new ExistingClusters(this.clusters, path.join(home.root, "existing.json"));
    const admin = adminDoor(this.arm, {
      ready: () => this.ready,
      clusters: () => this.clusters.report(),
      stopCluster: (name) => this.clusters.stop(name),
      startCluster: async (name) => {
        const { id, access } = await this.clusters.restart(name);
        this.arm.clusters.started(id, access);
      },
      stop: () => void this.stop("asked to"),
    });
    const requests = requestDoor((region) => this.clusters.dataPlane(region), admin);
    this.server = armServer(this.arm, secret(home.adminTokenFile), existingDoor(this.existing, requests));
  }

  /**
   * The daemon of a home; it serves nothing yet.
   * @param ended called once, after everything has stopped
   */
  static async open(home: SandboxHome, ended: () => void): Promise<Daemon> {
    const identity = home.identity();
    if (!identity) throw new Error(`there is no sandbox in ${home.root}: ${home.identityFile} is missing`);
    await endStrays(home);
    return new Daemon(home, identity, readTools(home), ended);
  }

  /** Ends everything in order, once, however often it is asked for. */
  async stop(why: string): Promise<void> {
    this.stopping ??= this.end(why);
    await this.stopping;
  }

  /** Begins to serve. Done when everything that stood before stands again. */
  async serve(): Promise<void> {
    const { host, port } = armAddress(this.identity.block);
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, host, resolve);
    });
    writeRecord(this.home.processes, this.record);
    this.homeCheck = setInterval(() => {
      if (!existsSync(this.home.identityFile)) void this.stop(`${this.home.root} is gone`);
    }, HOME_CHECK_MS);
    this.log(`serves ARM on http://${host}:${port}`);
    await Promise.all([
      this.arm.resume(),
      this.existing.resume((line) => {
        this.log(line);
      }),
    ]);
    if (this.stopping) return;
    this.ready = true;
    this.log("is ready");
  }

  private async end(why: string): Promise<void> {
    this.log(`stops: ${why}`);
    clearInterval(this.homeCheck);
    this.ready = false;
    this.server.close();
    this.server.closeAllConnections();
    await this.clusters.stopAll();
    // What was still starting when the clusters were told to stop.
    await this.registry.stopAll();
    removeRecord(this.home.processes, this.record);
    this.log("has stopped");
    this.ended();
  }

  private log(line: string): void {
    // The folder goes away with the home; nobody reads what is said after that.
    if (!existsSync(this.home.logs)) return;
    appendFileSync(path.join(this.home.logs, "sandbox.log"), `${new Date().toISOString()} ${line}\n`, {
      mode: 0o600,
    });
  }
}

function ownRecord(): ProcessRecord {
  const identity = identityOf(process.pid);
  if (!identity) throw new Error("this process cannot be found in /proc: the sandbox needs Linux");
  return { ...identity, name: "daemon", command: process.execPath, stopWave: -1 };
}

/** Ends what a killed daemon left running; a living one is left alone and this one refuses. */
async function endStrays(home: SandboxHome): Promise<void> {
  const others = ProcessRegistry.alive(home.processes).filter((record) => record.pid !== process.pid);
  const daemon = others.find((record) => record.name === "daemon");
  if (daemon) throw new Error(`the sandbox in ${home.root} is already served by process ${daemon.pid}`);
  for (const record of others.toSorted((a, b) => a.stopWave - b.stopWave)) {
    await endProcess(record, 8_000);
    removeRecord(home.processes, record);
  }
}

/** As the identity says now: a region may have been given its slot after this daemon began. */
function slotOf(home: SandboxHome, region: string): number {
  const slot = home.identity()?.slots[region];
  if (slot === undefined) throw new Error(`region ${region} has no slot in ${home.identityFile}`);
  return slot;
}

function readTools(home: SandboxHome): ClusterTools {
  const { tools } = JSON.parse(readFileSync(home.daemonFile, "utf8")) as { tools?: Partial<ClusterTools> };
  const { etcd, kubeApiserver, kubeControllerManager, pilotDiscovery, dataPlane } = tools ?? {};
  if (etcd === undefined || kubeApiserver === undefined || kubeControllerManager === undefined)
    throw new Error(
      `${home.daemonFile}: tools needs the paths etcd, kubeApiserver and kubeControllerManager`,
    );
  return {
    etcd,
    kubeApiserver,
    kubeControllerManager,
    ...(pilotDiscovery === undefined ? {} : { pilotDiscovery }),
    ...(dataPlane === undefined ? {} : { dataPlane }),
  };
}

function secret(file: string): string {
  const text = readFileSync(file, "utf8").trim();
  if (text.length < 16) throw new Error(`${file} holds no token: at least 16 characters`);
  return text;
}
