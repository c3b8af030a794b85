import type { Service } from "../intent";
import type { EnvoyFilter } from "../model";
import { ENVOY_FILTER_V1ALPHA3, metadata, RBAC } from "../model";
import { firstFilter } from "../limits/patches";

/** A semicolon in any part of a path, written out or escaped. */
const PARAMETERS = ".*(;|%3[bB]).*";

/**
 * Refuses paths with parameters where the service says so, and by itself where rules compare parts of paths. A server that leaves parameters out
 * reads `/admin;x`, `/;/admin` and `/api/..%3b/admin` as `/admin`; a proxy does not, and an AuthorizationPolicy cannot
 * say that a path must not contain something, so Envoy's own filter says it.
 */
export function pathParameters(service: Service): EnvoyFilter | undefined {
  const { name, namespace, pathParameters: allowed = !namesPartsOfPaths(service) } = service;
  if (allowed) return undefined;
  return {
    apiVersion: ENVOY_FILTER_V1ALPHA3,
    kind: "EnvoyFilter",
    metadata: metadata(name, namespace, `${name}-path-parameters`),
    spec: {
      workloadSelector: { labels: { app: name } },
      configPatches: [
        firstFilter("SIDECAR_INBOUND", {
          name: "global-mesh.path-parameters",
          typed_config: {
            "@type": RBAC,
            rules: {
              action: "DENY",
              policies: {
                "path-parameters": {
                  permissions: [{ url_path: { path: { safe_regex: { regex: PARAMETERS } } } }],
                  principals: [{ any: true }],
                },
              },
            },
          },
        }),
      ],
    },
  };
}

/** Whether a rule can be got by with parameters: a path that is let in exactly has none. */
function namesPartsOfPaths({ access = [], deny = [] }: Service): boolean {
  const isPart = (path: string): boolean => path !== "*" && path.includes("*");
  return (
    access.some(({ paths = [] }) => paths.some(isPart)) ||
    deny.some(({ paths = [] }) => paths.some((path) => path !== "*"))
  );
}
