import type { Service } from "../intent";
import { serviceHost } from "../intent";
import type { VirtualService } from "../model";
import { metadata, NETWORKING_V1 } from "../model";
import type { BuildScope } from "../scope";
import { httpRoutes } from "./routes";

/** What is said about the requests of a service; none where Istio would do the same by itself. */
export function virtualService(service: Service, scope: BuildScope): VirtualService | undefined {
  if (!hasRoutes(service)) return undefined;
  return {
    apiVersion: NETWORKING_V1,
    kind: "VirtualService",
    metadata: metadata(service.name, service.namespace, service.name),
    spec: { hosts: [serviceHost(service)], http: httpRoutes(service, scope) },
  };
}

function hasRoutes(service: Service): boolean {
  const { versions, rollout, regionHeader, timeout, retries, mirror } = service;
  const lists = [service.experiments, service.routes, service.faults];
  return (
    [versions, rollout, regionHeader, timeout, retries, mirror].some((said) => said !== undefined) ||
    lists.some((list) => list !== undefined && list.length > 0)
  );
}
