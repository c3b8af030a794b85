import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { GATEWAYS, type GatewayKey } from "../../../../istio/values";
import { ProxyPlaces, type Executables } from "../../../../sandbox/node";
import { hasIstiod } from "../../../../topology";
import { makeCacerts, makeRoot } from "../../node/support/certificates";
import { eventually, makeNamespace, startCluster, type TestCluster } from "../../node/support/cluster";
import { installControlPlane, installGateway, removeGateway, SYSTEM } from "./install";
import { applyPlay, waitForPods, type Play, type Played } from "./play";
import { programs } from "./programs";
import { planOf, type TestRegion, type TestSettings } from "./project";
import { remoteSecret } from "./remote-secret";
import { settled } from "./settle";
import { installEastWest, ISTIOD_OF_REMOTES, systemMarks } from "./topology";

/** What holds for a mesh as long as it stands. */
export interface MeshOptions {
  /** Settings of all stacks that differ from the tracked ones. @default none */
  readonly settings?: TestSettings;
}

interface Member {
  readonly cluster: TestCluster;
  readonly gateways: Set<GatewayKey>;
  /** Whether an istiod of its own runs there. */
  hasIstiod?: boolean;
  /** Whether the gateway to other networks stands, where the topology has one. */
  isEdge?: boolean;
  played?: Played;
}

/**
 * Regions with a real istiod each, linked, all with the values and objects that the program would give them. It
 * shows one play after another; between them only what differs is changed.
 */
export class TestMesh {
  private readonly members = new Map<string, Member>();
  private readonly places = new ProxyPlaces();
  private hasFailed = false;

  private constructor(
    private readonly o: Required<MeshOptions>,
    private readonly folder: string,
    private readonly executables: Executables,
    private readonly root: Awaited<ReturnType<typeof makeRoot>>,
  ) {}

  /** A mesh without regions; `stand` and `play` bring them up. */
  static async make({ settings = {} }: MeshOptions = {}): Promise<TestMesh> {
    const folder = mkdtempSync(path.join(tmpdir(), "global-mesh-traffic-"));
    try {
      return new TestMesh(
        { settings },
        folder,
        await programs(folder),
        await makeRoot("root of the test mesh"),
      );
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Brings up those of the regions that do not stand, and links all. */
  async stand(regions: readonly string[]): Promise<void> {
    const missing = regions.filter((region) => !this.members.has(region));
    if (missing.length === 0) return;
    await this.explained(async () => {
      await settled(missing.map((region) => this.startCluster(region)));
      await settled(missing.map((region) => this.startControlPlane(region)));
      for (const region of this.istiods()) await this.linkAll(region);
      await this.waitSynced();
    });
  }

  /** Shows a play: brings up regions and gateways that it needs, applies what it says, and waits until all is ready. */
  async play(play: Play): Promise<void> {
    await this.stand(play.regions);
    await this.explained(async () => {
      const plans = new Map([...this.members.keys()].map((region) => [region, this.planFor(region, play)]));
      await settled([...plans].map(([region, plan]) => this.playIn(region, plan, play)));
      for (const [region, { cluster, played }] of this.members)
        if (played !== undefined) await waitForPods(cluster, region, played);
    });
  }

  /** The cluster of a region. */
  in(region: string): TestCluster {
    const member = this.members.get(region);
    if (member === undefined) throw new Error(`the test mesh has no region ${region}`);
    return member.cluster;
  }

  /** Whether bringing up a region or showing a play has failed: what is there now, nobody knows. */
  get isBroken(): boolean {
    return this.hasFailed;
  }

  /** The regions that stand. */
  get regions(): readonly string[] {
    return [...this.members.keys()];
  }

  /** Address of a gateway's load balancer in a region; a port below 1024 is found at port + 8000. */
  async gatewayAddress(region: string, key: GatewayKey = "gateway"): Promise<string> {
    const { release: name, namespace } = GATEWAYS[key];
    return await eventually(`an address of ${name} in ${region}`, 60_000, async () => {
      const service = await this.in(region).kube.get({ apiVersion: "v1", kind: "Service", name, namespace });
      const status = service?.status as { loadBalancer?: { ingress?: { ip: string }[] } } | undefined;
      return status?.loadBalancer?.ingress?.[0]?.ip;
    });
  }

  /** What the program would install and apply in a region for a play. */
  planFor(
    region: string,
    { applications, gateways = [], rollouts }: Pick<Play, "applications" | "gateways" | "rollouts">,
  ): TestRegion {
    const settings = {
      ...(gateways.includes("egressGateway") ? { egressGateway: "always" } : {}),
      ...(gateways.includes("internalGateway") ? { internalGateway: true } : {}),
      ...this.o.settings,
    };
    const plan = (from: string): TestRegion => {
      const { istiod } = this.in(from).addresses;
      return planOf({
        region,
        applications,
        settings,
        istiod,
        ...(rollouts === undefined ? {} : { rollouts }),
      });
    };
    const own = plan(region);
    const { controlPlane } = own.settings.region;
    return controlPlane === region ? own : plan(controlPlane);
  }

  /** @throws what could not be stopped; all else is. */
  async stop(): Promise<void> {
    const clusters = [...this.members.values()].map(({ cluster }) => cluster);
    this.members.clear();
    try {
      await settled(clusters.map((cluster) => cluster.stop()));
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  /** Shows a play in one region. */
  private async playIn(region: string, plan: TestRegion, play: Play): Promise<void> {
    const member = this.members.get(region);
    if (member === undefined) return;
    const wanted = play.regions.includes(region) ? (play.gateways ?? []) : [];
    for (const key of [...member.gateways].filter((one) => !wanted.includes(one))) {
      await removeGateway(member.cluster, key);
      member.gateways.delete(key);
    }
    member.played = await applyPlay(member.cluster, plan, play, member.played);
    if (member.isEdge !== true) await installEastWest(member.cluster, plan);
    member.isEdge = true;
    for (const key of wanted.filter((one) => !member.gateways.has(one))) {
      await installGateway(member.cluster, plan, key);
      member.gateways.add(key);
    }
  }

  private async startCluster(region: string): Promise<void> {
    const { executables, places } = this;
    const cluster = await startCluster({ executables, region, places, publicAddresses: true });
    this.members.set(region, { cluster, gateways: new Set() });
  }

  private async startControlPlane(region: string): Promise<void> {
    const { kube } = this.in(region);
    const member = this.members.get(region);
    const plan = this.planFor(region, { applications: [] });
    const runsIstiod = hasIstiod(plan.settings.region);
    if (member !== undefined) member.hasIstiod = runsIstiod;
    const { labels = {}, annotations = {} } = systemMarks(plan);
    await makeNamespace(kube, SYSTEM, labels);
    await kube.patch({ apiVersion: "v1", kind: "Namespace", name: SYSTEM }, { metadata: { annotations } });
    if (runsIstiod)
      await kube.create({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "cacerts", namespace: SYSTEM },
        stringData: await makeCacerts(this.root, `intermediate of ${region}`),
      });
    await installControlPlane(this.in(region), plan, ISTIOD_OF_REMOTES);
  }

  /** The regions with an istiod: in a mesh with remotes the primary alone. */
  private istiods(): readonly string[] {
    return this.regions.filter((region) => this.members.get(region)?.hasIstiod === true);
  }

  /** The secrets by which the istiod of a region reads the other clusters. */
  private async linkAll(region: string): Promise<void> {
    const { kube } = this.in(region);
    for (const [peer, { cluster }] of this.members)
      if (peer !== region)
        await kube.apply(remoteSecret(peer, cluster.access), { fieldManager: "test", force: true });
  }

  private async waitSynced(): Promise<void> {
    const count = this.members.size;
    for (const region of this.istiods())
      await eventually(`clusters synced in ${region}`, 120_000, async () => {
        const { http } = this.in(region).addresses.istiod;
        const answer = await fetch(`http://127.0.0.1:${http}/debug/clusterz`);
        const known = (await answer.json()) as { syncStatus: string }[];
        return known.filter(({ syncStatus }) => syncStatus === "synced").length === count ? true : undefined;
      });
  }

  /** What the clusters last said belongs to a failure: nobody can ask them afterwards. */
  private async explained(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.hasFailed = true;
      const logs = [...this.members].flatMap(([region, { cluster }]) => [
        `${region}:`,
        ...cluster.logs.slice(-15),
      ]);
      throw new Error(`${String(error)}\n${logs.join("\n")}`, { cause: error });
    }
  }
}
