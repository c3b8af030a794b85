import type { Service } from "../intent";
import type { Protocol } from "../model";
import type { Fault } from "./fault";
import { checkLocality } from "./locality";
import { checkHost, checkName } from "./names";
import { checkShares } from "./shares";

/** Protocols whose single requests the proxy sees; on the others it sees connections only. */
const HTTP_PROTOCOLS: readonly Protocol[] = ["HTTP", "HTTP2", "GRPC"];

/** Faults of one service in a mesh of those regions. */
export function checkService(
  setting: string,
  service: Service,
  regions: readonly string[],
): readonly Fault[] {
  const { versions, locality } = service;
  return [
    ...checkName(`${setting}.name`, service.name),
    ...checkName(`${setting}.namespace`, service.namespace),
    ...(service.globalHost === undefined ? [] : checkHost(`${setting}.globalHost`, service.globalHost)),
    ...checkPort(`${setting}.port`, service.port),
    ...checkPort(`${setting}.targetPort`, service.targetPort),
    ...Object.keys(service.portMtls ?? {}).flatMap((port) => checkPort(`${setting}.portMtls`, Number(port))),
    ...(versions === undefined
      ? []
      : [
          ...Object.keys(versions).flatMap((version) => checkName(`${setting}.versions`, version)),
          ...checkShares(`${setting}.versions`, versions, 0),
        ]),
    ...(locality === undefined ? [] : checkLocality(`${setting}.locality`, locality, regions)),
    ...checkProtocol(setting, service),
  ];
}

function checkPort(setting: string, port: number): readonly Fault[] {
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return [];
  return [
    { setting, value: port, allowed: "a whole number from 1 to 65535", fix: "Give the number of a port" },
  ];
}

/** On a connection nobody sees a request, so no split would happen. */
function checkProtocol(setting: string, service: Service): readonly Fault[] {
  if (HTTP_PROTOCOLS.includes(service.protocol)) return [];
  const needs = service.versions === undefined ? [] : ["versions"];
  if (needs.length === 0) return [];
  return [
    {
      setting: `${setting}.protocol`,
      value: service.protocol,
      allowed: `${HTTP_PROTOCOLS.join(", ")} where ${needs.join(", ")} are given`,
      fix: `Correct the protocol, or take out ${needs.join(", ")}`,
    },
  ];
}
