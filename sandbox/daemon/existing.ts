import { readFileSync } from "node:fs";
import { ArmError, type Answer, type ClusterIdentity, type Leftovers, type SideDoor } from "../arm";
import { writeJson } from "../home";
import type { LocalClusters } from "./clusters";
import { existingIdentity } from "./standing";

/** A cluster that was taken away, with what was left in it just before. */
interface Removed extends Leftovers {
  readonly name: string;
  readonly location: string;
  /** ConfigMaps that istiod left in namespaces of others, which nothing takes away. */
  readonly keptConfigMaps: readonly string[];
  /** Why nobody could be asked what is left; absent where the lists are an answer. */
  readonly unasked?: string;
}

interface State {
  readonly standing: readonly ClusterIdentity[];
  readonly removed: readonly Removed[];
}

/** How a cluster is to be made. */
export interface ExistingRequest {
  readonly name: string;
  readonly region: string;
  readonly kubernetesVersion: string;
}

/**
 * Clusters that no ARM resource stands for: what a region with `platform: existing` joins. They are there before the
 * program runs and when it is gone, so they come and go by the side door only.
 */
export class ExistingClusters {
  private state: State;

  /** @param file where it is kept which clusters there are. */
  constructor(
    private readonly clusters: LocalClusters,
    private readonly file: string,
  ) {
    this.state = read(file);
  }

  /** Starts a cluster, or answers with the one that runs. */
  async start({
    name,
    region,
    kubernetesVersion,
  }: ExistingRequest): Promise<{ server: string; caData: string }> {
    const identity = existingIdentity(name, region, kubernetesVersion);
    const { standing, removed } = this.state;
    // Written first: what a killed daemon was starting is taken up by the next one.
    this.save({ standing: [...standing.filter((one) => one.name !== name), identity], removed });
    const { server, caData } = await this.clusters.boot(identity);
    return { server, caData };
  }

  /**
   * Asks each cluster what of ours is left in it, writes it down, and only then stops and removes it.
   * @param region @default all of them
   */
  async removeAll(region?: string): Promise<Removed[]> {
    const going = this.state.standing.filter(({ location }) => (region ?? location) === location);
    return Promise.all(going.map((identity) => this.remove(identity)));
  }

  private async remove(identity: ClusterIdentity): Promise<Removed> {
    const { name } = identity;
    const gone: Removed = { name, location: identity.location, ...(await this.ask(identity.id)) };
    await this.clusters.remove(identity.id);
    const { standing, removed } = this.state;
    this.save({ standing: standing.filter((one) => one.name !== name), removed: [...removed, gone] });
    return gone;
  }

  private async ask(id: string): Promise<Omit<Removed, "name" | "location">> {
    try {
      const found = await this.clusters.leftovers(id);
      return { ...found, keptConfigMaps: await this.clusters.istiodConfigMaps(id) };
    } catch (error) {
      const unasked = error instanceof Error ? error.message : String(error);
      return { leftovers: [], keptCrds: [], keptConfigMaps: [], unasked };
    }
  }

  /** Starts every cluster that stood when the daemon ended. One that does not start leaves the others alone. */
  async resume(log: (line: string) => void): Promise<void> {
    await Promise.all(
      this.state.standing.map(async (identity) => {
        await this.clusters.boot(identity).catch((error: unknown) => {
          log(`${identity.name} did not start: ${error instanceof Error ? error.message : String(error)}`);
        });
      }),
    );
  }

  get removed(): readonly Removed[] {
    return this.state.removed;
  }

  private save(state: State): void {
    this.state = state;
    writeJson(this.file, state);
  }
}

/** Serves /sandbox/existing and adds to the report which of these clusters are gone; the rest is the inner door's. */
export function existingDoor(existing: ExistingClusters, inner: SideDoor): SideDoor {
  return async (request) => {
    const { method, path } = request;
    if (method === "POST" && path === "/sandbox/existing") {
      return { status: 200, body: await existing.start(readRequest(request.body)) };
    }
    if (method === "DELETE" && path === "/sandbox/existing") {
      return {
        status: 200,
        body: { removed: await existing.removeAll(request.query.get("region") ?? undefined) },
      };
    }
    const answer = await inner(request);
    return method === "GET" && path === "/sandbox/report" ? withRemoved(answer, existing.removed) : answer;
  };
}

function withRemoved(answer: Answer | undefined, removed: readonly Removed[]): Answer | undefined {
  if (answer?.body === undefined) return answer;
  const body = answer.body as { deletedClusters?: readonly object[] };
  return { ...answer, body: { ...body, deletedClusters: [...(body.deletedClusters ?? []), ...removed] } };
}

function readRequest(body: unknown): ExistingRequest {
  const { name, region, kubernetesVersion } = (body ?? {}) as Partial<Record<keyof ExistingRequest, unknown>>;
  if (typeof name === "string" && typeof region === "string" && typeof kubernetesVersion === "string") {
    if (/^[a-z0-9-]+$/.test(name)) return { name, region, kubernetesVersion };
  }
  const words = "A cluster needs name, region and kubernetesVersion, all strings.";
  throw new ArmError(400, "InvalidCluster", words);
}

function read(file: string): State {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { standing: [], removed: [] };
    throw error;
  }
  return JSON.parse(text) as State;
}
