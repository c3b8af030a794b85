import Table from "cli-table3";
import pc from "picocolors";
import type { DaemonReport } from "./daemon";
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
  /** Whether proxies run at all. */
  readonly hasProxies: boolean;
  /** Proxies that run: sidecars and gateways. */
  readonly proxies: number;
  /** Of the pods without a process, those that found no place for their proxy, as `region namespace/pod`. */
  readonly refusedProxies: readonly string[];
  /** Applications of the catalog whose workloads run. */
  readonly applications: readonly string[];
  /** Applications of the settings that `--app` replaced; empty where these run. @default none, in a report of an earlier version */
  readonly inPlaceOf?: readonly string[];
  /** Workloads that run, as `region namespace/name`. */
  readonly workloads: readonly string[];
  /** Workloads that were not started since there are no places for their proxies, as `region namespace/name`. */
  readonly leftOut: readonly string[];
  /** A request that is let through, as arguments of `mesh sandbox curl`; absent where there is none. */
  readonly example?: string;
  /** Tools and where each came from. */
  readonly tools: readonly { readonly name: string; readonly version: string; readonly source: string }[];
  readonly seconds: number;
}

/** Pods of all clusters that found no place for their proxy, as `region namespace/pod`. */
export function refusedProxies(clusters: DaemonReport["clusters"]): readonly string[] {
  return clusters.flatMap(({ location, refusedProxies: pods }) => pods.map((pod) => `${location} ${pod}`));
}

/** The report as a user reads it. @param verify the command that looks for faults. */
export function renderReport(report: SandboxReport, verify = "npx mesh verify --home .sandbox"): string {
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
    ...proxies(report),
    `Pods without a process behind them (label sandbox/simulated): ${report.simulatedPods}.`,
    ...(report.example === undefined
      ? []
      : [`Send a request as a workload: ${pc.bold(`npx mesh sandbox curl ${report.example}`)}`]),
    `See whether the mesh is as its files want it: ${pc.bold(verify)}`,
    `Open a shell with pulumi, kubectl, helm and istioctl set up: ${pc.bold("npx mesh sandbox shell")}`,
    `Take everything down: ${pc.bold("npm run sandbox:down")}`,
  ].join("\n");
}

function synced({ synced, controlPlane }: RegionReport): string {
  if (controlPlane !== undefined) return `by ${controlPlane}`;
  return synced.toSorted().join("\n") || pc.red("none");
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

function proxies({
  applications,
  inPlaceOf = [],
  hasProxies,
  proxies: running,
  workloads,
  leftOut,
  refusedProxies,
}: SandboxReport): string[] {
  if (!hasProxies) return ["No proxies run, so no request passes."];
  const lines = [
    `Applications: ${applications.join(", ")}. Proxies that run, sidecars and gateways: ${running}.`,
  ];
  if (inPlaceOf.length > 0)
    lines.push(
      `They run in place of those of the settings until others are named; back to these: ${pc.bold(`npm run sandbox -- --app ${inPlaceOf.join(" ")}`)}`,
    );
  if (leftOut.length > 0)
    lines.push(
      pc.yellow(`At most ${MOST_PROXIES} proxies run at once: ${leftOut.length} workloads were not started.`),
      ...linesOf(leftOut, workloads),
    );
  if (refusedProxies.length > 0)
    lines.push(
      pc.yellow(`${refusedProxies.length} pods found no place for their proxy, and nothing answers there:`),
      ...linesOf(refusedProxies),
    );
  return lines;
}

/** `region namespace/name`, a line for each region. */
function linesOf(names: readonly string[], beside: readonly string[] = names): string[] {
  const others = byRegion(beside);
  return [...byRegion(names)].map(([region, found]) =>
    others.has(region) ? `  ${region}: ${found.join(", ")}` : `  ${region}: all of its ${found.length}`,
  );
}

function byRegion(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const regions = new Map<string, string[]>();
  for (const text of names) {
    const [region = "", name = ""] = text.split(" ");
    regions.set(region, [...(regions.get(region) ?? []), name]);
  }
  return regions;
}
