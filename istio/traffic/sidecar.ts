import type { Service } from "../intent";
import type { IstioObject, Sidecar } from "../model";
import { metadata, NETWORKING_V1 } from "../model";
import type { BuildScope } from "../scope";

/** What the proxies of a service are told of; none where nothing says what it calls. */
export function sidecar(service: Service, { reach }: BuildScope): Sidecar | undefined {
  const hosts = reach.hostsFor(service);
  if (hosts === undefined) return undefined;
  return {
    apiVersion: NETWORKING_V1,
    kind: "Sidecar",
    metadata: metadata(service.name, service.namespace, service.name),
    spec: { workloadSelector: { labels: { app: service.name } }, egress: [{ hosts }] },
  };
}

/** A builder's object, seen only by the proxies of a service's callers where all of them are known. */
export function exported(
  build: (service: Service, scope: BuildScope) => IstioObject | undefined,
): (service: Service, scope: BuildScope) => IstioObject | undefined {
  return (service, scope) => {
    const object = build(service, scope);
    const exportTo = scope.reach.exportTo(service);
    if (object === undefined || exportTo === undefined) return object;
    return { ...object, spec: { ...object.spec, exportTo } };
  };
}
