import { Cidr, CidrError } from "../../topology";
import { type Fault, show } from "../faults";
import { textsOf, valueAt } from "../walk";
import type { CheckContext } from "./context";

/** Tags that every resource has from us. */
const OWN_TAGS = ["part-of", "region"];
/** Azure takes 50 tags on a resource. */
const TAG_LIMIT = 50 - OWN_TAGS.length;

/** Pools, sign-in, access and tags of the clusters. */
export function checkCluster(context: CheckContext): readonly Fault[] {
  return [...checkPools(context), ...checkAccess(context), ...checkSignIn(context), ...checkTags(context)];
}

function checkPools(context: CheckContext): readonly Fault[] {
  return ["system", "user"].flatMap((pool) => {
    const [min, max] = ["min", "max"].map((key) => valueAt(context.said, ["pools", pool, key]));
    if (typeof min !== "number" || typeof max !== "number" || min <= max) return [];
    return [
      {
        setting: context.name("pools", pool, "min"),
        got: `${min} with max ${max}`,
        allowed: "a number of nodes that is at most max",
        fix: "lower min or raise max",
      },
    ];
  });
}

/** Only a stack that makes a cluster needs to say who may reach it. */
function checkAccess(context: CheckContext): readonly Fault[] {
  const access = context.said["apiAccess"];
  const setting = context.name("apiAccess", "authorizedRanges");
  if (access === "private") {
    return [
      {
        setting: context.name("apiAccess"),
        got: show(access),
        allowed: "authorizedRanges or open; private API servers are not built yet",
        fix: `write ${setting} with the ranges that you work from`,
      },
    ];
  }
  const makesCluster = context.role === "region" && context.own.platform !== "existing" && !context.offline;
  const ranges = valueAt(access, ["authorizedRanges"]);
  if (makesCluster && Array.isArray(ranges) && ranges.length === 0) {
    return [
      {
        setting,
        got: "[]",
        allowed: "at least one IPv4 range that you work from",
        fix: `pulumi config set --path '${setting}[0]' <your address>/32, or say ${context.name("apiAccess")}: open`,
      },
    ];
  }
  return [
    ...checkNumberOfRanges(context, ranges),
    ...textsOf(ranges).flatMap(([index, text]) => checkRange(context, text, index)),
  ];
}

/** AKS takes so many in authorizedIPRanges, and each region's egress address is one of them. */
const RANGE_LIMIT = 200;

function checkNumberOfRanges(context: CheckContext, ranges: unknown): readonly Fault[] {
  const regions = Object.keys(context.table ?? {}).length;
  const count = Array.isArray(ranges) ? new Set(ranges).size : 0;
  if (count + regions <= RANGE_LIMIT || count > RANGE_LIMIT) return [];
  return [
    {
      setting: context.name("apiAccess", "authorizedRanges"),
      got: `${count} ranges beside the egress addresses of ${regions} regions`,
      allowed: `at most ${RANGE_LIMIT - regions}: AKS takes ${RANGE_LIMIT}, and each region's egress address is one of them`,
      fix: "join neighbouring ranges into larger ones",
    },
  ];
}

function checkRange(context: CheckContext, text: string, index: number): readonly Fault[] {
  const setting = context.name("apiAccess", "authorizedRanges", index);
  let range: Cidr;
  try {
    range = Cidr.parse(text);
  } catch (error) {
    if (!(error instanceof CidrError)) throw error;
    return [
      {
        setting,
        got: show(text),
        allowed: "an IPv4 range such as 203.0.113.0/24, or 203.0.113.7/32 for one address",
        fix: `correct it: ${error.message}`,
      },
    ];
  }
  if (range.prefix > 0) return [];
  return [
    {
      setting,
      got: show(text),
      allowed: "a range that leaves somebody out",
      fix: `name the ranges that you work from; if everybody is meant, say ${context.name("apiAccess")}: open`,
    },
  ];
}

function checkSignIn(context: CheckContext): readonly Fault[] {
  const { entra, localAccounts } = context.shared;
  if (entra === undefined || localAccounts === undefined) return [];
  if (localAccounts || entra.azureRbac || entra.adminGroups.length > 0) return [];
  return [
    {
      setting: context.name("entra", "adminGroups"),
      got: "[]",
      allowed:
        "at least one group, where azureRbac and localAccounts are both off: nobody could administer the cluster",
      fix: "name a group, or set azureRbac to true",
    },
  ];
}

function checkTags(context: CheckContext): readonly Fault[] {
  const { tags } = context.shared;
  const names = Object.keys(tags ?? {});
  const own = names
    // Names that differ in their case only are one tag to Azure.
    .filter((name) => OWN_TAGS.includes(name.toLowerCase()))
    .map((name) => ({
      setting: context.name("tags", name),
      got: show(name),
      allowed: `any name but ${OWN_TAGS.join(" and ")}, which every resource has from the program`,
      fix: "rename or remove it",
    }));
  const repeated = names.flatMap((name, index) => {
    const first = names.findIndex((other) => other.toLowerCase() === name.toLowerCase());
    if (first === index) return [];
    return [
      {
        setting: context.name("tags", name),
        got: `${show(name)} beside ${show(names[first])}`,
        allowed: "each name once; Azure does not tell upper from lower case",
        fix: "remove one of the two",
      },
    ];
  });
  if (names.length <= TAG_LIMIT) return [...own, ...repeated];
  return [
    ...own,
    ...repeated,
    {
      setting: context.name("tags"),
      got: `${names.length} tags`,
      allowed: `at most ${TAG_LIMIT}: Azure takes 50 on one resource, and ${OWN_TAGS.join(" and ")} are the program's`,
      fix: "remove some",
    },
  ];
}
