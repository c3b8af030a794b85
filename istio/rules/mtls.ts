import type { Finding } from "./fault";
import { at, covers, hasUnknown, isAbsent, isFields } from "./fields";
import { trafficPolicies } from "./trafficPolicy";

/** A PeerAuthentication under which workloads accept plaintext: PERMISSIVE, or DISABLE. */
export function acceptsPlaintext(spec: unknown): readonly Finding[] {
  const mode = at(spec, "mtls", "mode");
  // UNSET, as nothing at all, leaves it to the wider policy.
  if (mode !== "PERMISSIVE" && mode !== "DISABLE") return [];
  return [{ setting: "spec.mtls.mode", value: mode, allowed: "STRICT, or nothing to inherit it" }];
}

/** Ports of a PeerAuthentication that speak no TLS at all, other than those allowed. */
export function disabledPorts(spec: unknown, allowedPorts: readonly number[]): readonly Finding[] {
  const ports = at(spec, "portLevelMtls");
  return Object.entries(isFields(ports) ? ports : {})
    .filter(([port, mtls]) => at(mtls, "mode") === "DISABLE" && !allowedPorts.includes(Number(port)))
    .map(([port]) => ({
      setting: `spec.portLevelMtls.${port}.mode`,
      value: "DISABLE",
      allowed: "STRICT, or PERMISSIVE for a caller without a proxy",
    }));
}

/** How the full name of every Service ends. */
const SERVICES = ".svc.cluster.local";

/**
 * Whether a host belongs to the mesh: a Service of a cluster, in full or short, one of the suffixes that the mesh gives
 * its own hosts, or a wildcard so wide that it takes some of these in.
 */
export function isMeshHost(host: string, suffixes: readonly string[]): boolean {
  const name = host.replace(/\.$/, "");
  if (name.startsWith("*") && [SERVICES, ...suffixes].some((wide) => wide.endsWith(name.slice(1))))
    return true;
  if (!name.includes(".")) return true;
  return /\.svc(\.|$)/.test(name) || suffixes.some((suffix) => name.endsWith(suffix));
}

/** Clients of mesh hosts that a DestinationRule makes speak plaintext, or TLS without their identity. */
export function clientsWithoutMtls(
  spec: unknown,
  { suffixes, allowedHosts }: { suffixes: readonly string[]; allowedHosts: readonly string[] },
): readonly Finding[] {
  const host = at(spec, "host");
  if (typeof host !== "string" || !isMeshHost(host, suffixes) || covers(allowedHosts, host)) return [];
  return trafficPolicies(spec).flatMap(({ setting, value }) => {
    // The mode that TLS settings have when they name none.
    const mode = isAbsent(value["tls"]) ? undefined : (at(value, "tls", "mode") ?? "DISABLE");
    if (mode !== "DISABLE" && mode !== "SIMPLE") return [];
    return [
      {
        setting: `${setting}.tls.mode`,
        value: mode,
        allowed: `ISTIO_MUTUAL for ${host}, or no tls at all, so that istiod chooses it`,
      },
    ];
  });
}

/** TLS connections of a DestinationRule that take any certificate of the server. */
export function unverifiedServers(spec: unknown, needsCaCertificates: boolean): readonly Finding[] {
  return trafficPolicies(spec).flatMap(({ setting, value }): Finding[] => {
    const tls = value["tls"];
    if (hasUnknown(tls)) return [];
    const mode = at(tls, "mode");
    if (mode !== "SIMPLE" && mode !== "MUTUAL") return [];
    if (at(tls, "insecureSkipVerify") === true) {
      return [
        { setting: `${setting}.tls.insecureSkipVerify`, value: true, allowed: "false, or nothing at all" },
      ];
    }
    const authority = [at(tls, "caCertificates"), at(tls, "credentialName")];
    if (!needsCaCertificates || authority.some((name) => typeof name === "string" && name !== "")) return [];
    return [
      { setting: `${setting}.tls.caCertificates`, value: undefined, allowed: "the file of an authority" },
    ];
  });
}
