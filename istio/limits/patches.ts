import type { HttpFilterPatch, PatchContext } from "../model";

/**
 * Puts a filter in front of all others, so that what is too much costs nothing more. INSERT_BEFORE without a filter to
 * be before does the same, and `istioctl analyze` warns of it in every region, since it is relative (IST0151).
 */
export function firstFilter(
  context: PatchContext,
  value: HttpFilterPatch["patch"]["value"],
): HttpFilterPatch {
  return {
    applyTo: "HTTP_FILTER",
    match: {
      context,
      listener: { filterChain: { filter: { name: "envoy.filters.network.http_connection_manager" } } },
    },
    patch: { operation: "INSERT_FIRST", value },
  };
}
