import type { Application, ApplicationArgs, NamespaceArgs, RawObject } from "../../istio/intent";
import type { Fault } from "../../istio/rules/fault";
import { nothing, refused, type Verdict } from "./refusal";
import { checkService } from "./service";

/** Every setting of an application; the compiler asks for a verdict on each one that the catalog learns. */
const APPLICATION = {
  name: "honoured",
  labels: "honoured",
  suppress: "honoured",
  services: "checked",
  namespaces: "checked",
  otherCallers: "honoured",
  meshMtls: "honoured",
  raw: "checked",
  gateways: nothing(
    "it brings no gateway",
    "Take them out, and put a controller of your own choice before the mesh, with linkerd.io/inject: ingress or enabled",
  ),
  externalServices: nothing("calls out of the mesh are not built for it"),
  telemetry: nothing("its proxies report what they report", "Take it out; see linkerd.viz for what there is"),
  rateLimitService: nothing("its proxies ask no rate limit service"),
} as const satisfies Record<keyof ApplicationArgs, Verdict>;

/** Every setting of a namespace. */
const NAMESPACE = {
  name: "honoured",
  injection: "honoured",
  mtls: "honoured",
  defaultDeny: "honoured",
} as const satisfies Record<keyof NamespaceArgs, Verdict>;

/** What applications ask for that Linkerd cannot do. */
export function checkForLinkerd(applications: readonly Application[]): readonly Fault[] {
  return applications.flatMap((application) => {
    const setting = `applications.${application.name}`;
    return [
      ...refused(setting, application, APPLICATION),
      ...application.namespaces.flatMap((namespace) =>
        refused(`${setting}.namespaces.${namespace.name}`, namespace, NAMESPACE),
      ),
      ...application.services.flatMap((service) =>
        checkService(`${setting}.services.${service.name}`, service),
      ),
      ...application.raw.flatMap((raw) => checkRaw(setting, raw)),
    ];
  });
}

/** Nobody reads an object of Istio's here, and an API server without its CRDs takes none. */
function checkRaw(setting: string, { apiVersion, metadata }: RawObject): readonly Fault[] {
  if (!/\.istio\.io\//.test(apiVersion)) return [];
  return [
    {
      setting: `${setting}.raw.${metadata.name}.apiVersion`,
      value: apiVersion,
      allowed: "groups that Linkerd reads: policy.linkerd.io, linkerd.io, gateway.networking.k8s.io",
      fix: "Take it out, or write Linkerd's own object for it",
    },
  ];
}
