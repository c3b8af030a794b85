import type { HttpFilterPatch, PatchContext } from "../model";

/** Puts a filter in front of all others, so that what is too much costs nothing more. */
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
    patch: { operation: "INSERT_BEFORE", value },
  };
}
