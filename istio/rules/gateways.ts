import { keyOf } from "../callers";
import type { MergedGateway } from "../gateways/merge";
import { isPassthrough, mergedGateways } from "../gateways/merge";
import type { Application, Gateway, GatewayServer } from "../intent";
import type { BuildScope } from "../scope";
import { sortedEntries } from "../sorted";
import { gatewayOf } from "../values";
import type { Fault } from "./fault";
import { checkGatewayRoutes } from "./gatewayRoutes";
import { checkLocalLimit } from "./limits";
import { checkName, checkSecret, duplicates, isHost } from "./names";

/** Faults of the gateways of all applications. */
export function checkGateways(applications: readonly Application[], scope: BuildScope): readonly Fault[] {
  const merged = [...mergedGateways(applications).values()];
  return [
    ...applications.flatMap(({ name, gateways }) =>
      gateways.flatMap((gateway) => checkEntry(`applications.${name}.gateways.${gateway.name}`, gateway)),
    ),
    ...merged.flatMap((gateway) => [
      ...checkMerged(gateway, applications),
      ...checkGatewayRoutes(gateway, scope),
    ]),
    ...checkWorkloads(merged),
    ...checkLimits(merged),
  ];
}

function checkEntry(setting: string, gateway: Gateway): readonly Fault[] {
  const pods = gatewayOf(gateway.workload);
  return [
    ...checkName(`${setting}.name`, gateway.name),
    ...checkName(`${setting}.namespace`, gateway.namespace),
    ...(Object.keys(gateway.workload).length > 0
      ? []
      : [fault(`${setting}.workload`, {}, "at least one label", "Name the labels of the gateway's pods")]),
    ...(pods === undefined || pods.namespace === gateway.namespace
      ? []
      : [
          fault(
            `${setting}.namespace`,
            gateway.namespace,
            `${pods.namespace}, where the pods of ${pods.release} are: they read routes and secrets there alone`,
            "Correct the namespace, or name the labels of pods of your own",
          ),
        ]),
    ...gateway.servers.flatMap((server, index) => checkServer(`${setting}.servers[${index}]`, server)),
    ...checkLocalLimit(setting, gateway),
  ];
}

function checkServer(setting: string, server: GatewayServer): readonly Fault[] {
  const { port, protocol, hosts, tls, httpsRedirect } = server;
  const isPlaintext = protocol !== "HTTPS" && protocol !== "TLS";
  return [
    ...(Number.isInteger(port) && port >= 1 && port <= 65535
      ? []
      : [fault(`${setting}.port`, port, "a whole number from 1 to 65535", "Give the number of a port")]),
    ...(hosts.length > 0 ? [] : [fault(`${setting}.hosts`, [], "at least one host", "Name the hosts")]),
    ...hosts
      .filter((host) => !isHost(host.replace(/^\*\./, "")))
      .map((host) =>
        fault(
          `${setting}.hosts`,
          host,
          "a host name in lower case, or *. and one; never * alone",
          'Write it like "myapp.example.com"',
        ),
      ),
    ...(isPlaintext && tls !== undefined
      ? [fault(`${setting}.tls`, tls, `nothing for ${protocol}`, "Write HTTPS, or take tls out")]
      : []),
    ...(httpsRedirect === true && protocol !== "HTTP"
      ? [fault(`${setting}.httpsRedirect`, true, "a redirect of HTTP", "Take it out, or write HTTP")]
      : []),
    ...(protocol === "TLS" && tls?.mode !== undefined && tls.mode !== "PASSTHROUGH"
      ? [
          fault(
            `${setting}.tls.mode`,
            tls.mode,
            "PASSTHROUGH for TLS",
            "Write HTTPS for what the gateway opens",
          ),
        ]
      : []),
    ...(isPassthrough(server) && (tls?.credential !== undefined || tls?.minimumVersion !== undefined)
      ? [fault(`${setting}.tls`, tls, "no credential and no version with PASSTHROUGH", "Take them out")]
      : []),
    ...checkSecret(`${setting}.tls.credential`, tls?.credential === "" ? undefined : tls?.credential),
    ...(protocol === "HTTPS" && !isPassthrough(server) && (tls?.credential ?? "") === ""
      ? [
          fault(
            `${setting}.tls.credential`,
            undefined,
            "the name of a TLS secret for HTTPS",
            "Name the secret in the gateway's namespace that holds the certificate",
          ),
        ]
      : []),
  ];
}

/** Entries of one name speak of one gateway. */
function checkMerged(
  { entry, servers, routes }: MergedGateway,
  applications: readonly Application[],
): readonly Fault[] {
  const setting = `gateways.${keyOf(entry)}`;
  const all = applications.flatMap(({ gateways }) => gateways.filter((one) => keyOf(one) === keyOf(entry)));
  const limits = all.filter(({ localRateLimit }) => localRateLimit !== undefined);
  return [
    ...(servers.length > 0
      ? []
      : [
          fault(
            `${setting}.servers`,
            [],
            "at least one server, in any application",
            "Name a port and its hosts",
          ),
        ]),
    ...(new Set(all.map(({ workload }) => JSON.stringify(sortedEntries(workload)))).size <= 1
      ? []
      : [
          fault(
            `${setting}.workload`,
            all.map(({ workload }) => workload),
            "the same in every application",
            "Make them agree",
          ),
        ]),
    ...(limits.length <= 1
      ? []
      : [
          fault(`${setting}.localRateLimit`, limits.length, "a limit in one application", "Keep one of them"),
        ]),
    ...duplicates(routes.map(({ name }) => name)).map((name) =>
      fault(`${setting}.routes`, name, "each name once, over all applications", "Rename one of them"),
    ),
  ];
}

/** What the pods of one gateway cannot tell apart: of two servers Istio takes the older. */
function checkWorkloads(gateways: readonly MergedGateway[]): readonly Fault[] {
  const byPort = new Map<string, { readonly key: string; readonly server: GatewayServer }[]>();
  for (const { entry, servers } of gateways) {
    for (const server of servers) {
      const place = `${entry.namespace} ${JSON.stringify(sortedEntries(entry.workload))} ${server.port}`;
      byPort.set(place, [...(byPort.get(place) ?? []), { key: keyOf(entry), server }]);
    }
  }
  return [...byPort.values()].flatMap((claims) => [
    ...claims.slice(1).flatMap(({ key, server }, index) => {
      const earlier = claims.slice(0, index + 1);
      const isTls = ({ protocol }: GatewayServer): boolean => protocol === "HTTPS" || protocol === "TLS";
      const other = earlier.find((one) => isTls(one.server) !== isTls(server));
      const mixed =
        other === undefined
          ? []
          : [
              fault(
                `gateways.${key}.servers`,
                `${server.protocol} on ${server.port}`,
                `what ${other.key} says of the port: ${other.server.protocol}`,
                "Take another port: a port speaks TLS or it does not",
              ),
            ];
      const taken = server.hosts.flatMap((host) => {
        const owner = earlier.find((one) => one.server.hosts.includes(host));
        return owner === undefined ? [] : [{ host, owner: owner.key }];
      });
      return [
        ...mixed,
        ...taken.map(({ host, owner }) =>
          fault(
            `gateways.${key}.servers`,
            `${host} on ${server.port}`,
            `a host that ${owner} does not serve on the port`,
            "Keep it in one server, and add routes to that gateway",
          ),
        ),
      ];
    }),
  ]);
}

/** A limit is one of the pods, whatever gateway says it: of two every request would take from both. */
function checkLimits(gateways: readonly MergedGateway[]): readonly Fault[] {
  const limited = new Map<string, string>();
  return gateways.flatMap(({ entry, localRateLimit }) => {
    const pods = `${entry.namespace} ${JSON.stringify(sortedEntries(entry.workload))}`;
    const other = limited.get(pods);
    if (localRateLimit === undefined) return [];
    limited.set(pods, keyOf(entry));
    if (other === undefined) return [];
    return [
      fault(
        `gateways.${keyOf(entry)}.localRateLimit`,
        localRateLimit,
        `one limit for the pods of a gateway; ${other} has it already`,
        "Keep one of them",
      ),
    ];
  });
}

function fault(setting: string, value: unknown, allowed: string, fix: string): Fault {
  return { setting, value, allowed, fix };
}
