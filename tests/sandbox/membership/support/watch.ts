import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxContext } from "../../../../cli/sandbox/context";
import { loopbackAddress } from "../../../../sandbox/node";
import { podLocalhost } from "../../../../sandbox/node/mesh/localhost";
import { kube } from "../../../support/kube";
import { CALLER, HOST } from "./load";

const PAUSE_MS = 200;

/** What a proxy could reach at a moment: the regions of the healthy endpoints of the service. */
export interface Sample {
  readonly proxyIn: string;
  readonly regions: readonly string[];
  readonly at: number;
}

interface Clusters {
  readonly cluster_statuses?: readonly {
    readonly name: string;
    readonly host_statuses?: readonly {
      readonly locality?: { readonly region?: string };
      readonly health_status?: { readonly eds_health_status?: string };
    }[];
  }[];
}

/** Asks the proxies of the callers, again and again, where their requests may go. */
export class Watch {
  readonly samples: Sample[] = [];
  /** What kept a proxy from answering. */
  readonly unanswered: string[] = [];
  private readonly loops = new Map<string, Promise<void>>();
  private stopping = false;

  constructor(private readonly context: () => SandboxContext) {}

  async start(regions: readonly string[]): Promise<void> {
    for (const region of regions) {
      const admin = await this.adminOf(region);
      this.loops.set(region, this.run(region, admin));
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.loops.values());
  }

  /** Samples in which a proxy lacked an endpoint in one of the regions. */
  without(regions: readonly string[]): readonly Sample[] {
    return this.samples.filter((sample) => regions.some((region) => !sample.regions.includes(region)));
  }

  private async run(proxyIn: string, admin: string): Promise<void> {
    while (!this.stopping) {
      const at = Date.now();
      try {
        const answer = await fetch(`${admin}/clusters?format=json`);
        this.samples.push({ proxyIn, regions: regionsOf((await answer.json()) as Clusters), at });
      } catch (error) {
        this.unanswered.push(`the proxy in ${proxyIn}: ${String(error)}`);
      }
      await sleep(PAUSE_MS);
    }
  }

  /** Envoy's admin page beside the caller. */
  private async adminOf(region: string): Promise<string> {
    const entries = await kube(this.context(), region).json<{
      items: { spec: { address: string; labels: Record<string, string> } }[];
    }>(["-n", "cross-cluster-test", "get", "workloadentries"]);
    const found = entries.items.find(({ spec }) => spec.labels["app"] === CALLER);
    if (found === undefined) throw new Error(`${CALLER} is not registered in ${region}`);
    return `http://${podLocalhost(loopbackAddress(found.spec.address))}:15000`;
  }
}

function regionsOf({ cluster_statuses: clusters = [] }: Clusters): string[] {
  const hosts = clusters
    .filter(({ name }) => name.startsWith("outbound|") && name.endsWith(`||${HOST}`))
    .flatMap(({ host_statuses: statuses = [] }) => statuses)
    .filter(({ health_status: health }) => health?.eds_health_status === "HEALTHY");
  return [...new Set(hosts.map(({ locality }) => locality?.region ?? ""))].toSorted();
}
