import type { TextMatch } from "../intent";
import type { HttpMatch, StringMatch } from "../model";
import type { Condition } from "./match";
import { trimmed } from "./paths";

/** Matches for a condition, of which any may hold; one without a field where it takes every request. */
export function httpMatches({ path, methods, headers, cookies }: Condition): readonly HttpMatch[] {
  const cookie = Object.keys(cookies).length === 0 ? {} : { cookie: cookieHeader(cookies) };
  const named = Object.entries(headers).map(([name, match]) => [name, stringMatch(match)] as const);
  const all = sortedByName({ ...Object.fromEntries(named), ...cookie });
  const rest: HttpMatch = {
    ...(methods === undefined ? {} : { method: oneOf(methods) }),
    ...(Object.keys(all).length === 0 ? {} : { headers: all }),
  };
  const paths = path === undefined ? [undefined] : uris(path);
  return paths.map((uri) => ({ ...(uri === undefined ? {} : { uri }), ...rest }));
}

/** Whether the matches take every request. */
export function takesAll(matches: readonly HttpMatch[]): boolean {
  return matches.some((match) => Object.keys(match).length === 0);
}

/**
 * Istio's prefix is one of letters, so that `/api` takes `/apiary`, too (only Ingress and the Gateway API get
 * Envoy's path_separated_prefix). So a prefix is two matches: the path itself, and what begins with its slash.
 */
function uris(path: TextMatch): readonly (StringMatch | undefined)[] {
  if (typeof path === "string" || "regex" in path) return [stringMatch(path)];
  const start = trimmed(path.prefix);
  return start === "" ? [undefined] : [{ exact: start }, { prefix: `${start}/` }];
}

function stringMatch(match: TextMatch): StringMatch {
  return typeof match === "string" ? { exact: match } : match;
}

function oneOf(methods: readonly string[]): StringMatch {
  const sorted = [...new Set(methods)].toSorted();
  return sorted.length === 1 ? { exact: sorted[0] ?? "" } : { regex: sorted.map(escaped).join("|") };
}

/**
 * A header with all of the cookies in it. RE2 knows no lookahead and cookies come in any order, so that the
 * expression lists their orders; the rules keep their number small.
 */
function cookieHeader(cookies: Readonly<Record<string, string>>): StringMatch {
  const pairs = Object.entries(sortedByName(cookies)).map(
    ([name, value]) => `${escaped(name)}=${escaped(value)}`,
  );
  // Before a cookie stands the beginning or a semicolon, after it the end or a semicolon: "experiment=b" is no
  // part of "my-experiment=b" or "experiment=bc".
  const orders = permutations(pairs).map((order) => `(?:.*;\\s*)?${order.join("\\s*;(?:.*;)?\\s*")}`);
  const inner = orders.length === 1 ? (orders[0] ?? "") : `(?:${orders.join("|")})`;
  return { regex: `^\\s*${inner}\\s*(?:;.*)?$` };
}

function permutations(items: readonly string[]): readonly (readonly string[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((first, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [first, ...rest]),
  );
}

/** A text as RE2 matches it letter by letter. */
export function escaped(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
}

function sortedByName<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
