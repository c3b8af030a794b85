import type { AccessRule } from "../intent";
import type { Fault } from "./fault";
import { isLabel } from "./names";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];

/** A caller as `access` names it. */
export interface Caller {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** Reads `namespace/serviceAccount`; undefined where the text is something else. */
export function parseCaller(text: string): Caller | undefined {
  const [namespace = "", serviceAccount = "", ...more] = text.split("/");
  const account = serviceAccount === "*" || serviceAccount.split(".").every(isLabel);
  return more.length === 0 && isLabel(namespace) && account ? { namespace, serviceAccount } : undefined;
}

/** Whether Istio reads a path as it looks: exact, `/prefix*`, `*suffix`, or `*`. */
export function isPathMatch(path: string): boolean {
  const stars = path.split("*").length - 1;
  if (stars === 0) return path.startsWith("/");
  if (stars > 1) return false;
  return path.startsWith("*") || (path.startsWith("/") && path.endsWith("*"));
}

/** Faults of one rule of who may call a service. */
export function checkAccess(setting: string, rule: AccessRule): readonly Fault[] {
  return [
    ...emptyLists(setting, rule),
    ...(rule.from ?? [])
      .filter((caller) => parseCaller(caller) === undefined)
      .map((caller) => ({
        setting: `${setting}.from`,
        value: caller,
        allowed: "namespace/serviceAccount, where the account may be *",
        fix: 'Write it like "production/ai-agent"',
      })),
    ...(rule.methods ?? [])
      .filter((method) => !METHODS.includes(method))
      .map((method) => ({
        setting: `${setting}.methods`,
        value: method,
        allowed: METHODS.join(", "),
        fix: "Write the method in upper case",
      })),
    ...(rule.paths ?? [])
      .filter((path) => !isPathMatch(path))
      .map((path) => ({
        setting: `${setting}.paths`,
        value: path,
        allowed: 'a path that starts with "/", with at most one "*" at its end; or one that starts with "*"',
        fix: 'Write it like "/api/*"',
      })),
  ];
}

/** An empty list would be dropped by Istio and so allow everything, the opposite of what it looks like. */
function emptyLists(setting: string, rule: AccessRule): readonly Fault[] {
  return (["from", "methods", "paths"] as const)
    .filter((list) => rule[list]?.length === 0)
    .map((list) => ({
      setting: `${setting}.${list}`,
      value: [],
      allowed: "at least one entry",
      fix: `Name what is allowed, or leave ${list} out to allow all`,
    }));
}
