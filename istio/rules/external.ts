import { externalPorts, isEncrypted, isPlaintextHttp } from "../egress/ports";
import type { ExternalService } from "../intent";
import { isIpAddress } from "../intent";
import type { Callers } from "./callers";
import { checkCallers } from "./callers";
import type { Fault } from "./fault";
import { checkHost, checkName, checkSecret, duplicates, isHost, isLabel } from "./names";
import { checkPool, requestLimits } from "./resilience";
import { checkRetries } from "./retries";
import { checkDuration } from "./values";

/** Longest name of a Kubernetes object that we make; those in the egress gateway's namespace have two names in theirs. */
const LONGEST = 63;

/** Faults of one service outside the mesh. */
export function checkExternal(
  setting: string,
  external: ExternalService,
  callers: Callers,
): readonly Fault[] {
  const { name, namespace, hosts } = external;
  return [
    ...checkName(`${setting}.name`, name),
    ...checkName(`${setting}.namespace`, namespace),
    ...(hosts.length === 0 ? [fault(`${setting}.hosts`, [], "at least one host", "Name the hosts")] : []),
    ...duplicates(hosts).map((host) => fault(`${setting}.hosts`, host, "each host once", "Take one out")),
    ...hosts
      .filter((host) => !isHost(host.replace(/^\*\./, "")))
      .map((host) =>
        fault(
          `${setting}.hosts`,
          host,
          "a host name in lower case, or *. and one",
          'Write it like "api.stripe.com"',
        ),
      ),
    ...checkCallers(`${setting}.callers`, external.callers, callers),
    ...(external.callers?.length === 0
      ? [fault(`${setting}.callers`, [], "at least one caller", "Name who calls it, or take the entry out")]
      : []),
    ...checkAddresses(setting, external),
    ...checkPorts(setting, external),
    ...checkTls(`${setting}.tls`, external),
    ...checkEgress(setting, external),
    ...checkRequests(setting, external),
  ];
}

/** Limits of what workloads send, as of a service's. */
function checkRequests(setting: string, external: ExternalService): readonly Fault[] {
  const { timeout, retries, connectionPool } = external;
  const isGrpc = externalPorts(external).every(({ protocol }) => protocol === "GRPC");
  return [
    ...checkDuration(`${setting}.timeout`, timeout),
    ...(retries === undefined
      ? []
      : checkRetries(`${setting}.retries`, retries, timeout, isGrpc ? "GRPC" : "HTTP")),
    ...(connectionPool === undefined ? [] : checkPool(`${setting}.connectionPool`, connectionPool)),
  ];
}

/** What istiod's webhook refuses, or what would look nothing up. */
function checkAddresses(
  setting: string,
  { hosts, resolution, addresses = [] }: ExternalService,
): readonly Fault[] {
  const wildcards = hosts.filter((host) => host.startsWith("*"));
  const isDynamic = resolution === "DYNAMIC_DNS";
  const isSingle = resolution === "DNS_ROUND_ROBIN" && addresses.length > 1;
  const isUnaddressed = resolution === "STATIC" && (addresses.length === 0 || !addresses.every(isIpAddress));
  const strange = addresses.filter((address) => !isIpAddress(address) && !isName(address));
  return [
    ...(wildcards.length > 0 === isDynamic && (wildcards.length === 0 || wildcards.length === hosts.length)
      ? []
      : [
          fault(
            `${setting}.resolution`,
            resolution,
            "DYNAMIC_DNS where all hosts begin with *., another one where none does",
            "Make two entries, or leave resolution out",
          ),
        ]),
    ...(isSingle || isUnaddressed || (isDynamic && addresses.length > 0)
      ? [
          fault(
            `${setting}.addresses`,
            addresses,
            "IP addresses for STATIC, at most one name for DNS_ROUND_ROBIN, none for DYNAMIC_DNS",
            "Correct the addresses, or leave resolution out",
          ),
        ]
      : []),
    ...strange.map((address) =>
      fault(`${setting}.addresses`, address, "IP addresses, or names to be looked up", "Correct it"),
    ),
  ];
}

/** Whether a text is a name to be looked up; one whose last part is a number is no name, but an address gone wrong. */
function isName(text: string): boolean {
  const parts = text.split(".");
  return parts.every(isLabel) && !/^\d+$/.test(parts.at(-1) ?? "");
}

function checkPorts(setting: string, external: ExternalService): readonly Fault[] {
  const ports = externalPorts(external);
  const isTcp = ports.some(({ protocol }) => protocol === "TCP");
  const isSeen = ports.some(isPlaintextHttp);
  return [
    ...(ports.length === 0
      ? [fault(`${setting}.ports`, [], "at least one port", "Name the port, or say tls")]
      : []),
    ...ports
      .filter(({ number }) => !Number.isInteger(number) || number < 1 || number > 65535)
      .map(({ number }) =>
        fault(`${setting}.ports`, number, "a whole number from 1 to 65535", "Give the number of a port"),
      ),
    ...duplicates(ports.map(({ number }) => String(number))).map((number) =>
      fault(`${setting}.ports`, Number(number), "each port once, that of tls.from included", "Take one out"),
    ),
    ...(isTcp && external.hosts.length > 1
      ? [fault(`${setting}.hosts`, external.hosts, "one host beside TCP", "Make an entry for each host")]
      : []),
    ...(external.resolution === "DYNAMIC_DNS" &&
    ports.some(({ protocol }) => ["HTTPS", "TCP"].includes(protocol))
      ? [
          fault(
            `${setting}.ports`,
            ports,
            "HTTP, HTTP2, GRPC or TLS for hosts with *.",
            "Write TLS in place of HTTPS",
          ),
        ]
      : []),
    ...(isSeen
      ? []
      : [
          ...(["timeout", "retries"] as const).filter((key) => external[key] !== undefined),
          ...requestLimits(external.connectionPool).map((key) => `connectionPool.${key}` as const),
        ].map((key) =>
          fault(
            `${setting}.${key}`,
            ports.map(({ protocol }) => protocol),
            "nothing where no request is seen",
            "Say tls, or take it out",
          ),
        )),
  ];
}

/** A secret of the gateway's namespace is out of the sidecars' reach, and a certificate has one name. */
function checkTls(setting: string, { tls, hosts, throughEgressGateway }: ExternalService): readonly Fault[] {
  if (tls === undefined) return [];
  const secret =
    tls.clientCredential ?? (tls.ca !== undefined && "credential" in tls.ca ? tls.ca.credential : undefined);
  return [
    ...checkSecret(setting, secret),
    ...(tls.sni === undefined ? [] : checkHost(`${setting}.sni`, tls.sni)),
    ...(tls.to === undefined || (Number.isInteger(tls.to) && tls.to >= 1 && tls.to <= 65535)
      ? []
      : [fault(`${setting}.to`, tls.to, "a whole number from 1 to 65535", "Give the number of a port")]),
    ...(secret === undefined || throughEgressGateway === true
      ? []
      : [
          fault(
            setting,
            secret,
            "a secret where the egress gateway opens TLS",
            "Set throughEgressGateway, or name the authorities by ca.file",
          ),
        ]),
    ...(tls.clientCredential !== undefined && tls.ca !== undefined
      ? [fault(`${setting}.ca`, tls.ca, "nothing beside clientCredential", "Put ca.crt into that secret")]
      : []),
    ...(tls.ca !== undefined && "file" in tls.ca && !tls.ca.file.startsWith("/")
      ? [
          fault(
            `${setting}.ca.file`,
            tls.ca.file,
            "an absolute path in the proxy's container",
            "Begin it with a slash",
          ),
        ]
      : []),
    ...(hosts.some((host) => host.startsWith("*"))
      ? [fault(setting, hosts, "hosts by name", "Make an entry for each host: TLS asks for one name")]
      : []),
  ];
}

/** At the gateway all calls of a host come in by one port. */
function checkEgress(setting: string, external: ExternalService): readonly Fault[] {
  if (external.throughEgressGateway !== true) return [];
  const ports = externalPorts(external);
  const longest = `${external.namespace}-${external.name}-${external.hosts.length}`;
  return [
    ...(ports.length === 1 && ports.every((port) => isPlaintextHttp(port) || isEncrypted(port))
      ? []
      : [
          fault(
            `${setting}.ports`,
            ports,
            "one port of HTTP, HTTP2, GRPC, HTTPS or TLS through the egress gateway",
            "Make an entry for each port, each with hosts of its own",
          ),
        ]),
    ...(external.hosts.some((host) => host.startsWith("*"))
      ? [
          fault(
            `${setting}.hosts`,
            external.hosts,
            "hosts by name through the egress gateway",
            "Name the hosts",
          ),
        ]
      : []),
    ...(longest.length <= LONGEST
      ? []
      : [
          fault(
            `${setting}.name`,
            longest,
            `with its namespace up to ${LONGEST - 2} characters`,
            "Shorten it",
          ),
        ]),
  ];
}

function fault(setting: string, value: unknown, allowed: string, fix: string): Fault {
  return { setting, value, allowed, fix };
}
