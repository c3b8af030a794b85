import type { Finding } from "./fault";
import { at, hasUnknown, isFields, items, texts } from "./fields";

/** Protocols of a Gateway's server that carry requests in plaintext. */
const PLAINTEXT = ["HTTP", "HTTP2", "GRPC", "GRPC-WEB"];

/** Protocols whose connections name no host, so that a Gateway can tell none apart: their servers say `*`. */
const WITHOUT_HOST = ["TCP", "MONGO", "MYSQL", "REDIS"];

/** TLS versions of a Gateway, oldest first. */
export const TLS_VERSIONS = ["TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3"] as const;

/** What a Gateway takes at least when it says nothing, or TLS_AUTO. */
const DEFAULT_TLS_VERSION = "TLSV1_2";

/** Hosts of a Gateway that let the routes of every namespace take every host there is. */
export function everyHost(spec: unknown): readonly Finding[] {
  return items("spec.servers", at(spec, "servers")).flatMap(({ setting, value }) => {
    const protocol = at(value, "port", "protocol");
    if (typeof protocol === "string" && WITHOUT_HOST.includes(protocol.toUpperCase())) return [];
    return (
      texts(value["hosts"])
        // In front of the host may stand the namespace whose routes alone may use it.
        .filter((host) => host === "*" || host === "*/*")
        .map((host) => ({
          setting: `${setting}.hosts`,
          value: host,
          allowed: "the hosts that clients call, or *.domain",
        }))
    );
  });
}

/** Servers of a Gateway that take plaintext requests and do not send them to HTTPS. */
export function plaintextServers(spec: unknown): readonly Finding[] {
  if (isEgress(at(spec, "selector"))) return [];
  return items("spec.servers", at(spec, "servers")).flatMap(({ setting, value }) => {
    const protocol = at(value, "port", "protocol");
    if (typeof protocol !== "string" || !PLAINTEXT.includes(protocol.toUpperCase())) return [];
    const redirect = at(value, "tls", "httpsRedirect");
    if (redirect === true || hasUnknown(redirect)) return [];
    return [{ setting: `${setting}.tls.httpsRedirect`, value: redirect, allowed: `true for ${protocol}` }];
  });
}

/** Requests on their way out arrive at the gateway from the mesh itself, inside its mutual TLS. */
function isEgress(selector: unknown): boolean {
  return (
    hasUnknown(selector) ||
    (isFields(selector) && Object.values(selector).some((label) => String(label).includes("egress")))
  );
}

/** Servers of a Gateway that speak TLS older than allowed. */
export function oldTls(spec: unknown, minimum: (typeof TLS_VERSIONS)[number]): readonly Finding[] {
  const least = TLS_VERSIONS.indexOf(minimum);
  return items("spec.servers", at(spec, "servers")).flatMap(({ setting, value }) => {
    if (!isFields(value["tls"]) || !terminates(at(value, "tls", "mode"))) return [];
    const said = at(value, "tls", "minProtocolVersion");
    const version = said === undefined || said === "TLS_AUTO" ? DEFAULT_TLS_VERSION : said;
    const index = TLS_VERSIONS.findIndex((known) => known === version);
    if (index < 0 || index >= least) return [];
    return [{ setting: `${setting}.tls.minProtocolVersion`, value: said, allowed: `${minimum} or later` }];
  });
}

/** Passed-through connections are not the gateway's, and without a mode it is PASSTHROUGH; the mesh's own have no setting. */
function terminates(mode: unknown): boolean {
  return mode === "SIMPLE" || mode === "MUTUAL" || mode === "OPTIONAL_MUTUAL";
}

/** Whether a Gateway is an east-west gateway: what its pods are called, or the network that they bear, says so. */
export function isEastWest(spec: unknown): boolean {
  const selector = at(spec, "selector");
  return (
    isFields(selector) &&
    (Object.hasOwn(selector, "topology.istio.io/network") ||
      Object.values(selector).some((label) => /east-?west/.test(String(label))))
  );
}

/** Servers that pass every connection on to whatever Service its SNI names, past all routes and policies. */
export function openPassthrough(spec: unknown): readonly Finding[] {
  return items("spec.servers", at(spec, "servers"))
    .filter(({ value }) => at(value, "tls", "mode") === "AUTO_PASSTHROUGH")
    .map(({ setting }) => ({
      setting: `${setting}.tls.mode`,
      value: "AUTO_PASSTHROUGH",
      allowed: "SIMPLE, MUTUAL or PASSTHROUGH with a route of its own",
    }));
}
