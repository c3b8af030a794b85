import Table from "cli-table3";
import pc from "picocolors";
import { MOST_PROXIES } from "../../sandbox/node/mesh/places";

/** One region of a standing sandbox. */
export interface RegionReport {
  readonly name: string;
  readonly cluster: string;
  readonly apiAddress: string;
  readonly istioVersion: string;
  readonly gateway: string;
  /** Peers whose remote secret this region's cluster has. */
  readonly linkedPeers: readonly string[];
  /** Linked peers that link back. */
  readonly mutualPeers: readonly string[];
  readonly pendingPeers: readonly string[];
  /** Cluster whose istiod runs the proxies; absent where it is the region's own. */
  readonly controlPlane?: string;
  /** Remote clusters that the running istiod calls synced. */
  readonly synced: readonly string[];
  readonly policies: readonly string[];
  /** Resources in the stack's state. */
  readonly resources: number;
  /** Wall time of this region's updates in this run. */
  readonly seconds: number;
}

export interface PluginReport {
  readonly name: string;
  readonly version: string;
  readonly source: "official" | "stand-in";
}

/** What `.sandbox/report.json` holds. */
export interface SandboxReport {
  readonly regions: readonly RegionReport[];
  /** Regions that still stand although the regions table has them no longer; nothing brings them up to date. */
  readonly strays: readonly string[];
  readonly plugins: readonly PluginReport[];
  /** Pods that are reported ready with no process behind them. */
  readonly simulatedPods: number;
  /** Proxies that run: sidecars and gateways. */
  readonly proxies: number;
  /** Of the pods without a process, those that found no place for their proxy. */
  readonly refusedProxies: number;
  /** Tools and where each came from. */
  readonly tools: readonly { readonly name: string; readonly version: string; readonly source: string }[];
  readonly seconds: number;
}

/** The report as a user reads it. */
export function renderReport(report: SandboxReport): string {
  const table = new Table({
    head: [
      "region",
      "cluster",
      "API address",
      "Istio",
      "gateway",
      "peers",
      "synced",
      "policies",
      "resources",
      "seconds",
    ],
    style: { head: [], border: [] },
  });
  for (const region of report.regions) {
    table.push([
      pc.bold(region.name),
      region.cluster,
      region.apiAddress,
      region.istioVersion,
      region.gateway,
      peers(region),
      synced(region),
      String(region.policies.length),
      String(region.resources),
      region.seconds.toFixed(0),
    ]);
  }
  const named = (source: PluginReport["source"]): string =>
    report.plugins
      .filter((plugin) => plugin.source === source)
      .map((plugin) => `${plugin.name} ${plugin.version}`)
      .join(", ") || "none";
  return [
    table.toString(),
    ...report.strays.map((region) =>
      pc.yellow(
        `${region} still stands, but is not in the regions table: npx mesh sandbox down --region ${region}`,
      ),
    ),
    `Plugins: official ${named("official")}; stand-ins ${named("stand-in")}.`,
    proxies(report),
    `Pods without a process behind them (label sandbox/simulated): ${report.simulatedPods}.`,
    `Send a request as a workload: ${pc.bold(example(report))}`,
    `Open a shell with pulumi, kubectl and istioctl set up: ${pc.bold("npx mesh sandbox shell")}`,
    `Take everything down: ${pc.bold("npm run sandbox:down")}`,
  ].join("\n");
}

function synced({ synced, controlPlane }: RegionReport): string {
  if (controlPlane !== undefined) return `by ${controlPlane}`;
  return synced.join("\n") || pc.red("none");
}

function peers(region: RegionReport): string {
  const lines = region.linkedPeers.map((peer) =>
    region.mutualPeers.includes(peer) ? `${peer} ⇄` : `${peer} → only`,
  );
  return (
    [...lines, ...region.pendingPeers.map((peer) => pc.yellow(`${peer} pending`))].join("\n") ||
    pc.red("none")
  );
}

function proxies({ proxies: running, refusedProxies: refused }: SandboxReport): string {
  const words = `Proxies that run, sidecars and gateways: ${running}.`;
  return refused === 0
    ? words
    : `${words} ${pc.yellow(`${refused} more found no place: at most ${MOST_PROXIES} run at once.`)}`;
}

/** A request that the example of the catalog answers. */
function example({ regions }: SandboxReport): string {
  return `npx mesh sandbox curl --from ${regions[0]?.name ?? ""}/ai-agent http://ai-agent.global/api/health`;
}
