import type { Finding } from "./fault";
import { at, hasUnknown, isAbsent, isFields, items, list, texts, type Item } from "./fields";
import { total, WHOLE } from "./shares";

/** Routes of a VirtualService over several destinations whose weights are no percentages. */
export function weightsOffWhole(spec: unknown): readonly Finding[] {
  return ["http", "tls", "tcp"].flatMap((kind) =>
    items(`spec.${kind}`, at(spec, kind)).flatMap(({ setting, value }) => {
      const routes = list(value["route"]);
      if (routes.length < 2 || hasUnknown(routes)) return [];
      const weights = Object.fromEntries(routes.map((route, index) => [index, weight(route)]));
      if (total(weights) === WHOLE) return [];
      return [
        {
          setting: `${setting}.route`,
          value: Object.values(weights),
          allowed: `weights that sum to ${WHOLE}; these sum to ${total(weights)}`,
        },
      ];
    }),
  );
}

/** A destination without a weight beside others gets nothing. */
function weight(route: unknown): number {
  const said = at(route, "weight");
  return typeof said === "number" ? said : 0;
}

/** Rules of a VirtualService that no request reaches, since an earlier one has taken it (IST0130, IST0131). */
export function unreachableRoutes(spec: unknown): readonly Finding[] {
  return ["http", "tls", "tcp"].flatMap((kind) => {
    const rules = items(`spec.${kind}`, at(spec, kind));
    const taken = new Map<string, string>();
    let catchAll: string | undefined;
    return rules.flatMap(({ setting, value }): Finding[] => {
      if (hasUnknown(value["match"])) return [];
      if (catchAll !== undefined) {
        return [{ setting, value: value["name"], allowed: `its place before ${catchAll}, which takes all` }];
      }
      const matches = list(value["match"]);
      // What the routes of the other VirtualService leave over goes on to the next rule.
      const takesAll = isAbsent(value["delegate"]);
      if (takesAll && (matches.length === 0 || matches.some(matchesAll))) catchAll = setting;
      const keys = matches.map(matchKey);
      const earlier = keys.map((key) => taken.get(key));
      for (const key of takesAll ? keys : []) if (!taken.has(key)) taken.set(key, setting);
      if (keys.length === 0 || earlier.includes(undefined)) return [];
      return [
        {
          setting: `${setting}.match`,
          value: matches,
          allowed: `what ${earlier[0] ?? "an earlier rule"} leaves over`,
        },
      ];
    });
  });
}

/** A match without conditions, or with the one that every path begins with a slash. */
function matchesAll(match: unknown): boolean {
  if (!isFields(match)) return false;
  const conditions = Object.entries(match).filter(([key, value]) => key !== "name" && !isAbsent(value));
  return conditions.every(
    ([key, value]) => key === "uri" && isFields(value) && ["", "/"].includes(String(value["prefix"])),
  );
}

function matchKey(match: unknown): string {
  if (!isFields(match)) return JSON.stringify(match);
  return JSON.stringify(sorted({ ...match, name: undefined }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  const keys = Object.keys(value).toSorted();
  return keys.map((key) => [key, sorted(value[key])]);
}

/** Hosts without a dot, which stand for another Service in every namespace that the object is copied to. */
export function shortHosts(spec: unknown): readonly Finding[] {
  const own = texts(at(spec, "hosts")).map((host): [string, string] => ["spec.hosts", host]);
  const rule = at(spec, "host");
  const ofRule: [string, string][] = typeof rule === "string" ? [["spec.host", rule]] : [];
  return [...own, ...ofRule, ...destinations(spec)]
    .filter(([, host]) => !host.includes(".") && host !== "*" && host !== "")
    .map(([setting, host]) => ({
      setting,
      value: host,
      allowed: `the full name, as ${host}.namespace.svc.cluster.local`,
    }));
}

/** Where the rules of a VirtualService send requests. */
function destinations(spec: unknown): readonly [string, string][] {
  return ["http", "tls", "tcp"].flatMap((kind) =>
    items(`spec.${kind}`, at(spec, kind)).flatMap((rule) =>
      [
        ...items(`${rule.setting}.route`, rule.value["route"]),
        ...items(`${rule.setting}.mirrors`, rule.value["mirrors"]),
      ].flatMap(hostOf),
    ),
  );
}

function hostOf({ setting, value }: Item): readonly [string, string][] {
  const host = at(value, "destination", "host");
  return typeof host === "string" ? [[`${setting}.destination.host`, host]] : [];
}

/** Methods that may do their work twice when they are repeated. */
const NOT_IDEMPOTENT = ["POST", "PATCH"];

/** Conditions under which Envoy repeats a request that the workload may already have worked on. */
const AFTER_WORK = ["5xx", "gateway-error", "reset", "retriable-status-codes"];

/** Rules for POST or PATCH that repeat a request after the workload may have worked on it. */
export function unsafeRetries(spec: unknown): readonly Finding[] {
  return items("spec.http", at(spec, "http")).flatMap(({ setting, value }) => {
    const methods = texts(list(value["match"]).map((match) => at(match, "method", "exact")));
    const method = methods.find((name) => NOT_IDEMPOTENT.includes(name));
    const attempts = at(value, "retries", "attempts");
    const retryOn = at(value, "retries", "retryOn");
    if (method === undefined || typeof attempts !== "number" || attempts < 1) return [];
    // Istio's own condition repeats only what no workload has seen.
    if (typeof retryOn !== "string") return [];
    const unsafe = retryOn.split(",").filter((condition) => AFTER_WORK.includes(condition.trim()));
    if (unsafe.length === 0) return [];
    return [
      {
        setting: `${setting}.retries.retryOn`,
        value: retryOn,
        allowed: `without ${unsafe.join(", ")} for ${method}, or attempts: 0`,
      },
    ];
  });
}
