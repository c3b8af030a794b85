import { asRange } from "../access";
import { at, entries, isAbsent, isUnknown, shown, type Findings, type Props } from "./read";

const RANGES = "apiServerAccessProfile.authorizedIPRanges";

/** The API server is private or lets in named ranges only; Azure opens it to everybody where none is named. */
export function apiRestricted(cluster: Props): Findings {
  const isPrivate = at(cluster, "apiServerAccessProfile.enablePrivateCluster");
  const ranges = at(cluster, RANGES);
  if (isUnknown(isPrivate) || isPrivate === true || isUnknown(ranges)) return [];
  if (Array.isArray(ranges) && ranges.length > 0) return [];
  return [
    `${RANGES} is ${isAbsent(ranges) ? "not set" : "empty"}, which lets everybody in; ` +
      "allowed: at least one range, or apiServerAccessProfile.enablePrivateCluster: true.",
  ];
}

/** No named range is so wide that naming it restricts nobody. */
export function apiRangesNarrow(cluster: Props, minPrefix: number): Findings {
  return entries(at(cluster, RANGES)).flatMap(([index, entry]) => {
    const prefix = typeof entry === "string" ? /\/(\d+)$/.exec(asRange(entry))?.[1] : undefined;
    if (prefix === undefined || Number(prefix) >= minPrefix) return [];
    return [`${RANGES}[${index}] is ${shown(entry)}; allowed: prefixes of at least /${minPrefix}.`];
  });
}
