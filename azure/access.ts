/** The setting `apiAccess`: the operator's own ranges, or `open` for everybody. */
export type ApiAccessSetting = "open" | "private" | { readonly authorizedRanges: readonly string[] };

/** Who may reach a region's API server. */
export interface ApiAccess {
  readonly setting: ApiAccessSetting;
  /** Addresses that this region's own nodes leave by: with a public API server they come back in by it. */
  readonly ownEgress: readonly string[];
  /** Addresses that the linked peers' istiods come from. */
  readonly peerEgress: readonly string[];
}

/**
 * Ranges for `authorizedIPRanges`; none for an open API server. Sorted and without repeats, so that the order
 * in which peers were read shows in no diff.
 */
export function authorizedRanges(access: ApiAccess): string[] {
  if (access.setting === "open") return [];
  if (access.setting === "private") {
    throw new Error('global-mesh:apiAccess: "private" is not built yet; name authorizedRanges, or say open');
  }
  const all = [...access.setting.authorizedRanges, ...access.ownEgress, ...access.peerEgress].map(asRange);
  return [...new Set(all)].toSorted();
}

/** Azure takes a lone address for a /32 and writes it back as one: say it so from the start. */
export function asRange(address: string): string {
  return address.includes("/") ? address : `${address}/32`;
}
