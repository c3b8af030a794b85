import type { AccessRule } from "../intent";
import type { Callers } from "./callers";
import { checkCallers, checkNamespaces } from "./callers";
import type { Fault } from "./fault";
import { checkLists } from "./lists";

export type { Caller } from "./callers";
export { parseCaller } from "./callers";

/** Methods as proxies compare them. */
export const METHODS: readonly string[] = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "CONNECT",
];

/** Whether Istio reads a path as it looks: exact, `/prefix*`, `*suffix`, or `*`. */
export function isPathMatch(path: string): boolean {
  const stars = path.split("*").length - 1;
  if (stars === 0) return path.startsWith("/");
  if (stars > 1) return false;
  return path.startsWith("*") || (path.startsWith("/") && path.endsWith("*"));
}

/** What a proxy writes otherwise before a policy sees it (docs/security.md), so that no request ever matches it. */
const REWRITTEN: readonly RegExp[] = [
  // Bytes that are escaped, or turned into a slash.
  /[^!-~]|["<>\\^`{}]/,
  /\/\//,
  /\/\.{1,2}(?:\/|$)/,
  // Escapes of letters, digits and - . _ ~
  /%(?:2[DE]|3\d|[46][1-9A-F]|[57][0-9A]|5F|7E)/i,
];

/** Whether requests can have a path as it is spelled. `/.*` at the end is meant as an expression, which it is not. */
export function isSpelledAsSeen(path: string): boolean {
  return !path.endsWith("/.*") && !REWRITTEN.some((spelling) => spelling.test(path));
}

/** Faults of one rule of who may call a service. */
export function checkAccess(setting: string, rule: AccessRule, callers: Callers): readonly Fault[] {
  return [
    ...checkLists(setting, rule, ["from", "namespaces", "methods", "paths"]),
    ...checkCallers(`${setting}.from`, rule.from, callers),
    ...checkNamespaces(`${setting}.namespaces`, rule.namespaces, callers),
    ...checkOperation(setting, rule),
  ];
}

/** Faults of the methods and paths of a rule. */
export function checkOperation(
  setting: string,
  { methods = [], paths = [] }: Pick<AccessRule, "methods" | "paths">,
): readonly Fault[] {
  return [
    ...methods
      .filter((method) => !METHODS.includes(method))
      .map((method) => ({
        setting: `${setting}.methods`,
        value: method,
        allowed: METHODS.join(", "),
        fix: "Write the method in upper case",
      })),
    ...paths
      .filter((path) => !isPathMatch(path))
      .map((path) => ({
        setting: `${setting}.paths`,
        value: path,
        allowed: 'a path that starts with "/", with at most one "*" at its end; or one that starts with "*"',
        fix: 'Write it like "/api/*"',
      })),
    ...paths
      .filter((path) => /[?#]/.test(path))
      .map((path) => ({
        setting: `${setting}.paths`,
        value: path,
        allowed: "a path without query and fragment, as the policy sees it",
        fix: 'End it before the "?" or "#"',
      })),
    ...paths
      .filter((path) => isPathMatch(path) && !isSpelledAsSeen(path))
      .map((path) => ({
        setting: `${setting}.paths`,
        value: path,
        allowed:
          'a path as proxies spell it: no "//", no "." or ".." between slashes, escaped only what must be; no expression',
        fix: 'Write it like "/api/*", where "*" stands for the part that is spelled in many ways',
      })),
  ];
}
