import {
  addressDemand,
  Cidr,
  CidrError,
  longestPrefix,
  networkName,
  type NetworkPlugin,
} from "../../topology";
import { type Fault, show } from "../faults";
import { valueAt } from "../walk";
import type { CheckContext } from "./context";

/** Ranges that AKS keeps for itself or that Azure cannot route. */
const UNUSABLE = [
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.30.0.0/16",
  "172.31.0.0/16",
  "192.0.2.0/24",
  "224.0.0.0/3",
] as const;

interface RegionRange {
  readonly name: string;
  readonly setting: string;
  readonly cidr: Cidr;
  /** Istio network of the region. */
  readonly network: string;
}

/** Address ranges against each other and against what the clusters need. */
export function checkNetwork(context: CheckContext): readonly Fault[] {
  const faults: Fault[] = [...checkOverlay(context)];
  const ranges: RegionRange[] = [];
  for (const name of Object.keys(context.table ?? {})) {
    const text = valueAt(context.table, [name, "cidr"]);
    if (typeof text !== "string") continue;
    const setting = context.name("regions", name, "cidr");
    const cidr = readRange(setting, text, faults);
    if (cidr !== undefined) ranges.push({ name, setting, cidr, network: networkOf(context, name) });
  }
  faults.push(
    ...checkOverlaps(context, ranges),
    ...ranges.flatMap((range) => checkUsable(range.setting, range.cidr)),
    ...checkSize(context, ranges),
    ...checkServices(context, ranges),
  );
  return faults;
}

/** The network that the table or the topology gives a region. */
export function networkOf(context: CheckContext, region: string): string {
  const said = valueAt(context.table, [region, "network"]);
  if (typeof said === "string" || typeof said === "number") return String(said);
  return networkName(context.shared.topology ?? "flat", region);
}

function checkOverlay(context: CheckContext): readonly Fault[] {
  const { topology, networkPlugin } = context.shared;
  if (topology === undefined || networkPlugin !== "overlay") return [];
  return [
    {
      setting: context.name("networkPlugin"),
      got: show(networkPlugin),
      allowed:
        topology === "flat"
          ? "pod-subnet or node-subnet in a flat mesh: pod addresses of an overlay are not routed to peers"
          : "pod-subnet or node-subnet; clusters with an overlay are not built yet",
      fix: "write pod-subnet",
    },
  ];
}

/** Reads a range, or reports why it is none. */
function readRange(
  setting: string,
  text: string,
  faults: Fault[],
  allowed = "an IPv4 range such as 10.40.0.0/16",
): Cidr | undefined {
  try {
    return Cidr.parse(text);
  } catch (error) {
    if (!(error instanceof CidrError)) throw error;
    faults.push({
      setting,
      got: show(text),
      allowed,
      fix: `correct it: ${error.message}`,
    });
    return undefined;
  }
}

/** Between networks nothing is routed but to internal gateways, which are addresses of the virtual networks. */
function checkOverlaps(context: CheckContext, ranges: readonly RegionRange[]): readonly Fault[] {
  const { topology, eastWest } = context.shared;
  const routed = topology !== "flat" && eastWest?.exposure === "internal";
  return ranges.flatMap((range, index) =>
    ranges
      .slice(0, index)
      .filter((other) => (routed || other.network === range.network) && other.cidr.overlaps(range.cidr))
      .map((other) => ({
        setting: range.setting,
        got: `"${range.cidr.toString()}", which overlaps ${other.name}'s ${other.cidr.toString()}`,
        allowed:
          other.network === range.network
            ? "a range that no other region uses: the virtual networks are peered"
            : "a range that no other region uses: an internal east-west gateway is an address of it",
        fix: `choose a free one, such as ${freeRange(ranges, range.cidr.prefix)}`,
      })),
  );
}

/** The first private range of that size that nobody uses. */
function freeRange(ranges: readonly RegionRange[], prefix: number): string {
  const space = Cidr.parse("10.0.0.0/8");
  const size = Math.max(prefix, 16);
  for (let index = 0; index < 2 ** (size - space.prefix); index++) {
    const candidate = space.subnet(size, index);
    if (!ranges.some((range) => range.cidr.overlaps(candidate))) return candidate.toString();
  }
  return "one outside 10.0.0.0/8";
}

function checkUsable(setting: string, cidr: Cidr): readonly Fault[] {
  const unusable = UNUSABLE.find((text) => Cidr.parse(text).overlaps(cidr));
  if (unusable === undefined) return [];
  return [
    {
      setting,
      got: `"${cidr.toString()}", which overlaps ${unusable}`,
      allowed: `a range outside ${UNUSABLE.join(", ")}, which AKS and Azure keep for themselves`,
      fix: "choose a private range such as 10.40.0.0/16",
    },
  ];
}

function checkSize(context: CheckContext, ranges: readonly RegionRange[]): readonly Fault[] {
  const { pools, networkPlugin } = context.shared;
  if (pools === undefined || networkPlugin === undefined || networkPlugin === "overlay") return [];
  const demand = addressDemand([pools.system, pools.user], networkPlugin);
  const longest = longestPrefix(demand);
  return ranges.flatMap((range) => {
    if (range.cidr.prefix <= longest) return [];
    return [
      {
        setting: range.setting,
        got: `"${range.cidr.toString()}" with ${range.cidr.size} addresses`,
        allowed: `/${longest} or larger: ${reason(demand, networkPlugin)}`,
        fix: `write a /${longest}, or lower max, maxPods or maxSurgePercent in ${context.name("pools")}`,
      },
    ];
  });
}

function reason(demand: { nodes: number; pods?: number }, plugin: NetworkPlugin): string {
  return demand.pods === undefined
    ? `with ${plugin} one half holds nodes and pods, ${demand.nodes} addresses with the pools at their largest`
    : `with ${plugin} one half holds ${demand.pods} addresses of pods and one quarter ${demand.nodes} of nodes, ` +
        "with the pools at their largest";
}

function checkServices(context: CheckContext, ranges: readonly RegionRange[]): readonly Fault[] {
  const text = context.shared.serviceCidr;
  if (text === undefined) return [];
  const setting = context.name("serviceCidr");
  const faults: Fault[] = [];
  const services = readRange(setting, text, faults, "an IPv4 range of /12 to /28 such as 172.16.0.0/16");
  if (services === undefined) return faults;
  if (services.prefix < 12 || services.prefix > 28) {
    faults.push({
      setting,
      got: show(text),
      allowed:
        "/12 to /28: Kubernetes takes no larger one, and a smaller one has no room for the DNS service",
      fix: "write 172.16.0.0/16",
    });
  }
  faults.push(...checkUsable(setting, services));
  for (const range of ranges.filter((candidate) => candidate.cidr.overlaps(services))) {
    faults.push({
      setting,
      got: `"${text}", which overlaps ${range.name}'s ${range.cidr.toString()}`,
      allowed: "a range that overlaps no region's virtual network: a pod there could not be reached",
      // Of clusters that stand it cannot be changed, so a new entry of the table is the likelier slip.
      fix:
        `give ${range.name} another range, such as ${freeRange([...ranges, { ...range, cidr: services }], range.cidr.prefix)}; ` +
        "or, before any cluster stands, choose another range for Services",
    });
  }
  return faults;
}
