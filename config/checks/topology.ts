import { Cidr, CidrError } from "../../topology";
import { type Fault, show } from "../faults";
import { textsOf, valueAt } from "../walk";
import type { CheckContext } from "./context";
import { networkOf } from "./network";

/** How the regions stand to each other: networks, primary, and what reaches the gateways between them. */
export function checkTopology(context: CheckContext): readonly Fault[] {
  const { topology } = context.shared;
  return [
    ...(topology === "flat" ? checkOneNetwork(context) : []),
    ...(topology === "multi-network" ? checkSeveralNetworks(context) : []),
    ...(topology === "primary-remote" ? checkPrimary(context) : []),
    ...(topology === "flat" ? [] : checkWayIn(context)),
    ...checkSources(context),
  ];
}

function regionsOf(context: CheckContext): readonly string[] {
  return Object.keys(context.table ?? {});
}

function checkOneNetwork(context: CheckContext): readonly Fault[] {
  const [first, ...others] = regionsOf(context);
  if (first === undefined) return [];
  const network = networkOf(context, first);
  return others
    .filter((region) => networkOf(context, region) !== network)
    .map((region) => ({
      setting: context.name("regions", region, "network"),
      got: `${show(networkOf(context, region))} beside ${first}'s ${show(network)}`,
      allowed: "one network for all regions of a flat mesh: their pods call each other directly",
      fix: `take network out of the regions table, or write ${context.name("topology")}: multi-network`,
    }));
}

function checkSeveralNetworks(context: CheckContext): readonly Fault[] {
  const regions = regionsOf(context);
  const [first] = regions;
  const networks = new Set(regions.map((region) => networkOf(context, region)));
  if (first === undefined || regions.length < 2 || networks.size > 1) return [];
  return [
    {
      setting: context.name("regions", first, "network"),
      got: `${show(networkOf(context, first))} for every region`,
      allowed: "at least two networks in a multi-network mesh",
      fix: `take network out of the regions table, or write ${context.name("topology")}: flat`,
    },
  ];
}

function checkPrimary(context: CheckContext): readonly Fault[] {
  const { primary } = context.shared;
  if (primary === undefined) return [];
  const leaving = textsOf(context.said["leaving"]).find(([, region]) => region === primary);
  return [
    ...(leaving === undefined
      ? []
      : [
          {
            setting: context.name("leaving", leaving[0]),
            got: show(primary),
            allowed: "remotes only: the primary's istiod runs the proxies of every region",
            fix: "to take the whole mesh down, destroy the remotes, then the primary, then global",
          },
        ]),
    ...(context.stack === primary && context.own.platform === "existing"
      ? [
          {
            setting: context.name("platform"),
            got: show("existing"),
            allowed:
              "aks for the primary of a primary-remote mesh: the remotes reach its istiod at an address that the program makes",
            fix: `write platform: aks, or make another region ${context.name("primary")}`,
          },
        ]
      : []),
  ];
}

/** What nobody lets in waits for ever: a remote for its istiod, and requests for the other networks. */
function checkWayIn(context: CheckContext): readonly Fault[] {
  const { eastWest, topology } = context.shared;
  const { platform, egressAddresses } = context.own;
  if (topology === undefined || eastWest === undefined || egressAddresses === undefined) return [];
  if (platform !== "existing" || context.offline) return [];
  const named = egressAddresses.length > 0 || eastWest.sourceRanges.length > 0;
  if (named || eastWest.exposure === "internal" || regionsOf(context).length < 2) return [];
  return [
    {
      setting: context.name("egressAddresses"),
      got: "[]",
      allowed:
        `at least one address in a ${topology} mesh with public east-west gateways: they let in nobody whose address ` +
        "is not named",
      fix: `name the addresses that the cluster's calls come from, or their range in ${context.name("eastWest", "sourceRanges")}`,
    },
  ];
}

function checkSources(context: CheckContext): readonly Fault[] {
  const ranges = valueAt(context.said["eastWest"], ["sourceRanges"]);
  return textsOf(ranges).flatMap(([index, text]) => {
    const reason = rangeFault(text);
    if (reason === undefined) return [];
    return [
      {
        setting: context.name("eastWest", "sourceRanges", index),
        got: show(text),
        allowed: "an IPv4 range such as 203.0.113.0/24 that leaves somebody out",
        fix: `correct it: ${reason}`,
      },
    ];
  });
}

function rangeFault(text: string): string | undefined {
  try {
    return Cidr.parse(text).prefix > 0
      ? undefined
      : "everybody could reach the gateways between the networks";
  } catch (error) {
    if (!(error instanceof CidrError)) throw error;
    return error.message;
  }
}
