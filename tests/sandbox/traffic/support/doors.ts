import { CONTROL_PORT } from "../../../../sandbox/node/runners";
import type { RunningPod } from "../../../../sandbox/node/mesh/data-plane";
import { eventually } from "../../node/support/cluster";
import type { TestMesh } from "./mesh";

/** Envoy's admin page, as Istio sets it. */
export const ADMIN_PORT = 15000;

/** Which pods of a region are meant. */
export interface Which {
  readonly region: string;
  /** Value of the label `app`. */
  readonly workload: string;
  /** @default every version */
  readonly version?: string;
}

/** What a server has seen. */
export interface Seen {
  /** Requests that came in. */
  readonly answered: number;
  /** Those without an answer yet. */
  readonly underWay: number;
}

/** Longer than istiod gathers changes before it sends them. */
const QUIET_MS = 2_000;

/** Looks behind the proxies: what the servers have seen, and what Envoy has counted. */
export class Doors {
  constructor(private readonly mesh: TestMesh) {}

  /** The ready pods, in order of their names. */
  pods({ region, workload, version }: Which): readonly RunningPod[] {
    return this.mesh
      .in(region)
      .agent.dataPlane.running()
      .filter(({ pod: { metadata } }) => {
        const { app, version: own } = metadata.labels ?? {};
        return app === workload && (version === undefined || own === version);
      })
      .toSorted((a, b) => (a.pod.metadata.name < b.pod.metadata.name ? -1 : 1));
  }

  /** The one pod; fails where there are several or none. */
  pod(which: Which): RunningPod {
    const found = this.pods(which);
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    throw new Error(`${found.length} pods of ${JSON.stringify(which)} where one was expected`);
  }

  /** What all pods of a workload have seen together. */
  async seen(which: Which): Promise<Seen> {
    const all = await Promise.all(this.pods(which).map((pod) => this.control(pod, "GET")));
    return {
      answered: all.reduce((sum, { answered }) => sum + answered, 0),
      underWay: all.reduce((sum, { underWay }) => sum + underWay, 0),
    };
  }

  /** Waits until so many requests are at a workload and have no answer. */
  async waitUnderWay(which: Which, count: number): Promise<void> {
    await this.eventually(`${count} requests under way at ${which.workload}`, async () => {
      const { underWay } = await this.seen(which);
      return underWay === count;
    });
  }

  /**
   * Waits until istiod sends a workload no clusters any more. One that is sent anew has connections of its own, beside
   * those that it had, and so holds more than it says.
   */
  async waitQuiet(which: Which): Promise<void> {
    let last = "";
    let since = Date.now();
    await this.eventually(`clusters of ${which.workload} that stay`, async () => {
      const changes = await this.stats(
        this.pod(which),
        "^cluster_manager\\.cluster_(added|modified|removed)$",
      );
      const now = JSON.stringify([...changes]);
      if (now !== last) [last, since] = [now, Date.now()];
      return changes.size > 0 && Date.now() - since >= QUIET_MS;
    });
  }

  /** Waits until something holds. */
  async eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
    await eventually(what, 60_000, async () => ((await holds()) ? true : undefined));
  }

  /** Lets a workload answer what it holds. */
  async release(which: Which): Promise<void> {
    await Promise.all(this.pods(which).map((pod) => this.control(pod, "DELETE")));
  }

  /** How many requests reach a workload during some work. */
  async countDuring(which: Which, work: () => Promise<unknown>): Promise<number> {
    const { answered: before } = await this.seen(which);
    await work();
    return (await this.seen(which)).answered - before;
  }

  /** Envoy's counters and gauges of a pod, by those of their names that match. */
  async stats({ network }: RunningPod, filter: string): Promise<ReadonlyMap<string, number>> {
    const query = new URLSearchParams({ format: "json", filter });
    const answer = await fetch(`http://${network.localhost}:${ADMIN_PORT}/stats?${query.toString()}`);
    const { stats } = (await answer.json()) as { stats: { name?: string; value?: number }[] };
    return new Map(
      stats.flatMap(({ name, value }) =>
        name === undefined || value === undefined ? [] : [[name, value] as const],
      ),
    );
  }

  /** What a pod's proxy says of the hosts of a cluster, by address and then by name, e.g. `health_flags`. */
  async hosts(
    { network }: RunningPod,
    cluster: string,
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    const answer = await fetch(`http://${network.localhost}:${ADMIN_PORT}/clusters`);
    const found = new Map<string, Map<string, string>>();
    for (const line of (await answer.text()).split("\n")) {
      const [name, address = "", key = "", value = ""] = line.split("::");
      if (name !== cluster || !/:\d+$/.test(address)) continue;
      found.set(address, (found.get(address) ?? new Map<string, string>()).set(key, value));
    }
    return found;
  }

  /** How many requests a workload's only proxy has sent to a cluster. */
  async sent(from: Which, cluster: string): Promise<number> {
    const hosts = await this.hosts(this.pod(from), cluster);
    return [...hosts.values()].reduce((sum, host) => sum + Number(host.get("rq_total")), 0);
  }

  /** How a workload's only proxy chooses among the hosts of a cluster. */
  async policyOf(from: Which, cluster: string): Promise<string | undefined> {
    const { network } = this.pod(from);
    const query = new URLSearchParams({ resource: "dynamic_active_clusters" });
    const answer = await fetch(`http://${network.localhost}:${ADMIN_PORT}/config_dump?${query.toString()}`);
    const { configs } = (await answer.json()) as {
      configs: { cluster?: { name?: string; lb_policy?: string } }[];
    };
    const found = configs.find((one) => one.cluster?.name === cluster);
    // The first of its choices goes without saying.
    return found?.cluster === undefined ? undefined : (found.cluster.lb_policy ?? "ROUND_ROBIN");
  }

  private async control({ network }: RunningPod, method: "DELETE" | "GET"): Promise<Seen> {
    const answer = await fetch(`http://${network.localhost}:${CONTROL_PORT}/`, {
      method,
      headers: { authorization: `Bearer ${network.token}` },
    });
    return (await answer.json()) as Seen;
  }
}
