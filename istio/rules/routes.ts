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
    const taken = new TakenMatches();
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
      const earlier = matches.map((match) => taken.by(match));
      for (const match of takesAll ? matches : []) taken.add(match, setting);
      if (matches.length === 0 || earlier.includes(undefined)) return [];
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

/**
 * Matches of earlier rules. A match is taken when an earlier one says the same, or says the same of everything but
 * the path and a prefix of the path; or nothing but that prefix.
 */
class TakenMatches {
  private readonly same = new Map<string, string>();
  private readonly prefixes = new Map<string, string>();
  private longest = 0;

  /** The rule that has taken a match. */
  by(match: unknown): string | undefined {
    const same = this.same.get(matchKey(match));
    const path = plainPath(match);
    if (same !== undefined || path === undefined) return same;
    const rest = matchKey(withoutPath(match));
    for (let length = Math.min(path.text.length, this.longest); length > 0; length -= 1) {
      const start = path.text.slice(0, length);
      const found = this.prefixes.get(`${rest} ${start}`) ?? this.prefixes.get(`${NOTHING} ${start}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  add(match: unknown, setting: string): void {
    const key = matchKey(match);
    if (!this.same.has(key)) this.same.set(key, setting);
    const path = plainPath(match);
    if (path?.form !== "prefix") return;
    const prefix = `${matchKey(withoutPath(match))} ${path.text}`;
    if (!this.prefixes.has(prefix)) this.prefixes.set(prefix, setting);
    this.longest = Math.max(this.longest, path.text.length);
  }
}

/** The path that a match asks for, where upper and lower case count. */
function plainPath(match: unknown): { readonly form: "exact" | "prefix"; readonly text: string } | undefined {
  if (at(match, "ignoreUriCase") === true) return undefined;
  for (const form of ["exact", "prefix"] as const) {
    const text = at(match, "uri", form);
    if (typeof text === "string") return { form, text };
  }
  return undefined;
}

function withoutPath(match: unknown): unknown {
  return isFields(match) ? { ...match, uri: undefined } : match;
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

/** The key of a match that asks for nothing. */
const NOTHING = matchKey({});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  const keys = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .toSorted();
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

/** Where the rules of a VirtualService send requests, copies included. */
export function destinations(spec: unknown): readonly [string, string][] {
  return ["http", "tls", "tcp"].flatMap((kind) =>
    items(`spec.${kind}`, at(spec, kind)).flatMap((rule) =>
      [
        ...items(`${rule.setting}.route`, rule.value["route"]),
        ...items(`${rule.setting}.mirrors`, rule.value["mirrors"]),
      ]
        .flatMap(hostOf)
        .concat(mirrorOf(rule)),
    ),
  );
}

function hostOf({ setting, value }: Item): readonly [string, string][] {
  const host = at(value, "destination", "host");
  return typeof host === "string" ? [[`${setting}.destination.host`, host]] : [];
}

function mirrorOf({ setting, value }: Item): [string, string][] {
  const host = at(value, "mirror", "host");
  return typeof host === "string" ? [[`${setting}.mirror.host`, host]] : [];
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
