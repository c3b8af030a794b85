import { parse, stringify } from "yaml";
import { KubeClient } from "../../sandbox/kube";
import { analyze } from "./ask/analyze";
import { apiVersion, askCluster, unreached } from "./ask/cluster";
import type { IstiodDoor } from "./ask/istiod";
import { withoutNodePorts } from "./ask/services";
import { globalRoots, NoRegionError, regionOutputs, type RegionOutputs } from "./ask/outputs";
import { asking, type Asked } from "./check";
import type { AnalysisMessage, RegionFacts, RegionWanted } from "./facts";
import type { Place } from "./place";
import type { MeshWanted } from "./wanted";

/** A region as far as it can be reached. */
interface Site {
  readonly wanted: RegionWanted;
  readonly outputs?: RegionOutputs;
  /** The kubeconfig and its context; undefined for the current one. */
  readonly access?: { readonly kubeconfig: string; readonly context: string | undefined };
  /** Why it cannot be reached. */
  readonly failed?: string;
  /** Why it does not stand at all. */
  readonly gone?: string;
}

/** Asks stacks, clusters and istiods of one mesh. It changes nothing. */
export class Gathering {
  private readonly reached = new Map<string, { readonly client: KubeClient; readonly door: IstiodDoor }>();
  private readonly sites = new Map<string, Site>();
  /** PEM of the roots of the mesh. @default no stack is asked */
  roots: Asked<string> | undefined;

  constructor(
    private readonly place: Place,
    private readonly wanted: MeshWanted,
    private readonly signal: AbortSignal,
  ) {
    // Ends what is under way at once; each ask notes that, and the signal ends the whole.
    signal.addEventListener("abort", this.close, { once: true });
  }

  /** Finds out how each of the regions is reached. */
  async reachAll(): Promise<void> {
    const { pulumi } = this.place;
    const [roots, ...sites] = await Promise.all([
      pulumi === undefined ? undefined : asking(() => globalRoots(pulumi, this.wanted.global), this.signal),
      ...this.wanted.regions.map((region) => this.site(region)),
    ]);
    this.roots = roots;
    for (const site of sites) this.sites.set(site.wanted.name, site);
  }

  /** Why a region does not stand; undefined where it does, or nobody knows. */
  gone(region: string): string | undefined {
    return this.sites.get(region)?.gone;
  }

  async region({ name }: RegionWanted): Promise<RegionFacts> {
    const site = this.sites.get(name);
    if (site?.access === undefined)
      return unreached({ failed: site?.failed ?? site?.gone ?? `region ${name} was not looked for` });
    const { outputs, access } = site;
    const ways = await asking(() => Promise.resolve(this.reach(name, access)), this.signal);
    if ("failed" in ways) return unreached(ways);
    const facts = await askCluster({
      ...ways.value,
      isSimulated: (pod) => this.place.isSimulated(pod),
      tests: this.wanted.tests,
      signal: this.signal,
    });
    return outputs === undefined ? facts : { ...facts, stack: outputs.facts };
  }

  /**
   * A client of a region's API server.
   * @throws where the region cannot be reached.
   */
  clientOf(region: string): KubeClient {
    const access = this.sites.get(region)?.access;
    if (access === undefined) throw new Error("its API server was not reached");
    return this.reach(region, access).client;
  }

  /** The regions whose API server answers, also those that are not judged. */
  async answering(): Promise<readonly string[]> {
    const each = [...this.sites.values()].map(async ({ wanted: { name }, access }) => {
      if (access === undefined) return [];
      const answer = await asking(() => apiVersion(this.reach(name, access).client), this.signal);
      return "value" in answer ? [name] : [];
    });
    return (await Promise.all(each)).flat();
  }

  /**
   * Runs the analyzers over a region's objects, with the services and pods of its peers.
   * @param reached regions whose API server answers: the analyzers would wait for any other.
   */
  analysis(region: RegionWanted, reached: readonly string[]): Promise<Asked<readonly AnalysisMessage[]>> {
    const { env } = this.place;
    return asking(async () => {
      const kubeconfigs = new Map(
        [...this.sites.values()].flatMap(({ wanted, access }) =>
          access === undefined || !reached.includes(wanted.name)
            ? []
            : [[wanted.cluster, inContext(access)] as const],
        ),
      );
      if (!kubeconfigs.has(region.cluster)) throw new Error("its API server was not reached");
      const others = Object.values(region.reads).filter((cluster) => kubeconfigs.has(cluster));
      const messages = await analyze({ ...region, others, kubeconfigs, env, signal: this.signal });
      const compared = [...this.sites.values()]
        .map((site) => site.wanted)
        .filter(({ cluster }) => cluster === region.cluster || others.includes(cluster));
      return await withoutNodePorts(
        messages,
        compared.map(({ name }) => this.clientOf(name)),
        this.signal,
      );
    }, this.signal);
  }

  /** Closes the kept connections. */
  readonly close = (): void => {
    this.signal.removeEventListener("abort", this.close);
    for (const { client } of this.reached.values()) client.close();
  };

  private async site(wanted: RegionWanted): Promise<Site> {
    const { pulumi, kubeconfig } = this.place;
    if (pulumi === undefined)
      return kubeconfig === undefined
        ? { wanted, failed: "no kubeconfig" }
        : { wanted, access: { kubeconfig, context: wanted.cluster } };
    try {
      const outputs = await regionOutputs(pulumi, wanted.name);
      return { wanted, outputs, access: { kubeconfig: outputs.kubeconfig, context: undefined } };
    } catch (error) {
      this.signal.throwIfAborted();
      const said = error instanceof Error ? error.message : String(error);
      return error instanceof NoRegionError ? { wanted, gone: said } : { wanted, failed: said };
    }
  }

  /** A region's API server and istiods; both are signed in to once, and keep that for all looks. */
  private reach(region: string, { kubeconfig, context }: NonNullable<Site["access"]>) {
    const known = this.reached.get(region);
    if (known !== undefined) return known;
    const { env } = this.place;
    try {
      const options = { env, ...(context === undefined ? {} : { context }) };
      const client = KubeClient.fromKubeconfig(kubeconfig, options);
      const door = this.place.door(region, { kubeconfig, context, sign: () => client.sign() });
      const made = { client, door };
      this.reached.set(region, made);
      return made;
    } catch (error) {
      // Nothing was asked yet: whatever is wrong is wrong on this side, and says nothing about the mesh.
      const words = error instanceof Error ? error.message : String(error);
      throw new Error(`its kubeconfig cannot be used: ${words}`, { cause: error });
    }
  }
}

/** The kubeconfig with the context that is meant as the current one. */
function inContext({ kubeconfig, context }: NonNullable<Site["access"]>): string {
  if (context === undefined) return kubeconfig;
  return stringify({ ...(parse(kubeconfig) as object), "current-context": context });
}
