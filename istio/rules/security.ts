import type { DenyRule, Service } from "../intent";
import type { Protocol } from "../model";
import { checkAccess, checkOperation, isSpelledAsSeen } from "./access";
import type { Callers } from "./callers";
import { checkCallers, checkNamespaces } from "./callers";
import type { Fault } from "./fault";
import { checkJwt } from "./jwt";
import { checkLists } from "./lists";
import { checkName, duplicates } from "./names";
import { checkToken } from "./token";

/** Protocols whose single requests the proxy sees; on the others it sees connections only. */
const HTTP_PROTOCOLS: readonly Protocol[] = ["HTTP", "HTTP2", "GRPC"];

/** Faults of what a service says about who may call it. */
export function checkSecurity(setting: string, service: Service, callers: Callers): readonly Fault[] {
  const { access = [], deny = [], jwt } = service;
  return [
    ...access.flatMap((rule, index) => {
      const place = `${setting}.access[${index}]`;
      return [...checkAccess(place, rule, callers), ...checkToken(`${place}.token`, rule.token, jwt)];
    }),
    ...deny.flatMap((rule, index) => checkDeny(`${setting}.deny[${index}]`, rule, service, callers)),
    ...repeated(
      `${setting}.deny`,
      deny.map(({ name }) => name),
    ),
    ...checkJwt(`${setting}.jwt`, jwt),
    ...checkRequests(setting, service),
  ];
}

const EXCEPTIONS = ["exceptFrom", "exceptNamespaces"] as const;

function checkDeny(setting: string, rule: DenyRule, { jwt }: Service, callers: Callers): readonly Fault[] {
  const { name, ...conditions } = rule;
  return [
    ...checkName(`${setting}.name`, name),
    ...(Object.keys(conditions).length === 0
      ? [
          {
            setting,
            value: rule,
            allowed: "a rule with methods, paths or an exception",
            fix: "Say what is refused; a service that lets nobody in says access: []",
          },
        ]
      : []),
    ...checkLists(setting, rule, ["methods", "paths", ...EXCEPTIONS]),
    ...checkOperation(setting, rule),
    ...escapedPaths(`${setting}.paths`, rule.paths),
    ...checkCallers(`${setting}.exceptFrom`, rule.exceptFrom, callers),
    ...checkNamespaces(`${setting}.exceptNamespaces`, rule.exceptNamespaces, callers),
    ...checkToken(`${setting}.exceptToken`, rule.exceptToken, jwt),
  ];
}

/** Proxies leave other escapes as they are, so that a client gets by a refused `%C3` with `%c3`. */
function escapedPaths(setting: string, paths: readonly string[] = []): readonly Fault[] {
  return paths
    .filter((path) => path.includes("%") && isSpelledAsSeen(path))
    .map((path) => ({
      setting,
      value: path,
      allowed: "a path without escapes, which a client may write in upper or lower case",
      fix: 'End it with "*" before the first escape, or say in access what is let in',
    }));
}

/**
 * On a connection nobody sees a method, a path or a token. Istio drops an ALLOW rule that asks for one, so that it
 * lets nobody in, and of a DENY rule the condition, so that it refuses more than it says.
 */
function checkRequests(
  setting: string,
  { protocol, access = [], deny = [], jwt }: Service,
): readonly Fault[] {
  if (HTTP_PROTOCOLS.includes(protocol)) return [];
  const rules = [...access, ...deny.map(({ exceptToken, ...rule }) => ({ ...rule, token: exceptToken }))];
  const needs = [
    ...(["methods", "paths", "token"] as const).filter((field) =>
      rules.some((rule) => rule[field] !== undefined),
    ),
    ...(jwt === undefined ? [] : ["jwt"]),
  ];
  if (needs.length === 0) return [];
  return [
    {
      setting: `${setting}.protocol`,
      value: protocol,
      allowed: `${HTTP_PROTOCOLS.join(", ")} where ${needs.join(", ")} are given`,
      fix: `Correct the protocol, or take out ${needs.join(", ")}`,
    },
  ];
}

function repeated(setting: string, texts: readonly string[]): readonly Fault[] {
  return duplicates(texts).map((value) => ({
    setting,
    value,
    allowed: "each only once",
    fix: "Take one of them out",
  }));
}
