import type { Finding } from "../fault";
import { at, hasUnknown, isAbsent, isFields, isUnknown, items, texts } from "../fields";

/** Addresses that a Service takes for itself, whoever they belong to (CVE-2020-8554). */
export function claimedAddresses(service: unknown): readonly Finding[] {
  const addresses = texts(at(service, "spec", "externalIPs"));
  if (addresses.length === 0) return [];
  return [{ setting: "spec.externalIPs", value: addresses, allowed: "none; ask the cloud for an address" }];
}

const INTERNAL = "service.beta.kubernetes.io/azure-load-balancer-internal";
const RANGES = "service.beta.kubernetes.io/azure-allowed-ip-ranges";

/** A public address of a workload that is no gateway of the mesh, so that nothing stands in front of it. */
export function publicAddress(service: unknown): readonly Finding[] {
  const spec = at(service, "spec");
  const annotations = at(service, "metadata", "annotations");
  if (at(spec, "type") !== "LoadBalancer" || hasUnknown(annotations) || hasUnknown(spec)) return [];
  if (selectsGateway(spec)) return [];
  const isInternal = String(at(annotations, INTERNAL)).toLowerCase() === "true";
  const isNarrow =
    texts(at(spec, "loadBalancerSourceRanges")).length > 0 || !isAbsent(at(annotations, RANGES));
  if (isInternal || isNarrow) return [];
  return [
    {
      setting: "spec.type",
      value: "LoadBalancer",
      allowed: `ClusterIP behind a Gateway, or LoadBalancer with loadBalancerSourceRanges or ${INTERNAL}`,
    },
  ];
}

/** Gateways bear the label `istio`; their ports are described by Gateway objects. */
export function selectsGateway(spec: unknown): boolean {
  return typeof at(spec, "selector", "istio") === "string";
}

/** Protocols that istiod reads from the name of a port, or from its appProtocol. */
const PROTOCOLS = [
  "tcp",
  "udp",
  "grpc",
  "grpc-web",
  "http",
  "http2",
  "http_proxy",
  "https",
  "tls",
  "mongo",
  "redis",
  "mysql",
];
const APP_PROTOCOLS = ["kubernetes.io/h2c", "kubernetes.io/ws", "kubernetes.io/wss"];

/** Ports on which everybody speaks the same, so that istiod takes them for TCP (SMTP, DNS, MySQL, MongoDB). */
const WELL_KNOWN = [25, 53, 3306, 27017];

/** Ports of a Service whose protocol istiod has to guess from the first bytes (IST0118). */
export function guessedPorts(spec: unknown): readonly Finding[] {
  if (at(spec, "type") === "ExternalName" || selectsGateway(spec) || hasUnknown(at(spec, "selector"))) {
    return [];
  }
  return items("spec.ports", at(spec, "ports")).flatMap(({ setting, value }) => {
    const { name, port, protocol, appProtocol } = value;
    if (hasUnknown(value) || protocol === "UDP" || WELL_KNOWN.includes(Number(port))) return [];
    const said = (texts([appProtocol, name])[0] ?? "").toLowerCase();
    if (APP_PROTOCOLS.includes(said) || said.startsWith("grpc-web")) return [];
    if (PROTOCOLS.includes(said.split("-")[0] ?? "")) return [];
    return [
      {
        setting: `${setting}.name`,
        value: name,
        allowed: `a name that begins with a protocol, as http-${typeof name === "string" ? name : "api"}, or appProtocol`,
      },
    ];
  });
}

/** A NetworkPolicy that lets everybody in to every pod, and so undoes all others of its namespace. */
export function openPolicies(spec: unknown): readonly Finding[] {
  if (!isFields(spec)) return [];
  const selector = spec["podSelector"];
  // Some pods may well be open to all, as those of a gateway are.
  if (!isFields(selector) || Object.values(selector).some((part) => isUnknown(part) || saysSomething(part)))
    return [];
  return items("spec.ingress", spec["ingress"])
    .filter(({ value }) =>
      ["from", "ports"].every((part) => !isUnknown(value[part]) && !saysSomething(value[part])),
    )
    .map(({ setting }) => ({ setting, value: {}, allowed: "from, ports, or both" }));
}

function saysSomething(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isFields(value) && Object.keys(value).length > 0;
}
