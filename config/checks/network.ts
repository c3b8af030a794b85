import { addressDemand, Cidr, CidrError, longestPrefix, type NetworkPlugin } from "../../topology";
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
}

/** Address ranges against each other and against what the clusters need. */
export function checkNetwork(context: CheckContext): readonly Fault[] {
  const faults: Fault[] = [...checkTopology(context)];
  const ranges: RegionRange[] = [];
  for (const name of Object.keys(context.table ?? {})) {
    const text = valueAt(context.table, [name, "cidr"]);
    if (typeof text !== "string") continue;
    const setting = context.name("regions", name, "cidr");
    const cidr = readRange(setting, text, faults);
    if (cidr !== undefined) ranges.push({ name, setting, cidr });
  }
  faults.push(
    ...checkOverlaps(ranges),
    ...ranges.flatMap((range) => checkUsable(range.setting, range.cidr)),
    ...checkSize(context, ranges),
    ...checkServices(context, ranges),
  );
  return faults;
}

function checkTopology(context: CheckContext): readonly Fault[] {
  const { topology, networkPlugin } = context.shared;
  if (topology !== undefined && topology !== "flat") {
    return [
      {
        setting: context.name("topology"),
        got: show(topology),
        allowed: `flat; ${topology} is not built yet`,
        fix: "write flat, and give the regions address ranges that do not overlap",
      },
    ];
  }
  if (topology === "flat" && networkPlugin === "overlay") {
    return [
      {
        setting: context.name("networkPlugin"),
        got: show(networkPlugin),
        allowed:
          "pod-subnet or node-subnet in a flat mesh: pod addresses of an overlay are not routed to peers",
        fix: "write pod-subnet",
      },
    ];
  }
  return [];
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

function checkOverlaps(ranges: readonly RegionRange[]): readonly Fault[] {
  return ranges.flatMap((range, index) =>
    ranges
      .slice(0, index)
      .filter((other) => other.cidr.overlaps(range.cidr))
      .map((other) => ({
        setting: range.setting,
        got: `"${range.cidr.toString()}", which overlaps ${other.name}'s ${other.cidr.toString()}`,
        allowed: "a range that no other region uses: the virtual networks are peered",
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
