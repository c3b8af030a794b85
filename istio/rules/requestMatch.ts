import type { RequestMatch, TextMatch } from "../intent";
import { MOST_COOKIES } from "../traffic/match";
import { METHODS } from "./access";
import type { Fault } from "./fault";

/** Names of headers and cookies (RFC 9110, token), headers in lower case as HTTP/2 sends them. */
const HEADER = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** What a cookie's value may hold (RFC 6265, cookie-octet). */
const COOKIE_VALUE = /^[!#-+\--:<-[\]-~]*$/;

/** istiod takes no longer expression. */
export const LONGEST_REGEX = 1024;

/** Lookaround, for which RE2 would need backtracking. */
const LOOKAROUND = /\(\?<?[=!]/;

/** Letters and digits that mean something behind a backslash in RE2, which refuses the others. */
const RE2_ESCAPES = /^[0abdfnprstvwxzABDEPQSW]$/;

/** RE2's longest repetition. */
const MOST_REPETITIONS = 1000;

/** Faults of a condition on requests; at least one part of it has to be there. */
export function checkMatch(setting: string, match: RequestMatch): readonly Fault[] {
  const { headers = {}, cookies = {}, path, methods } = match;
  const names = Object.keys(cookies);
  const isEmpty =
    Object.keys(headers).length === 0 && names.length === 0 && path === undefined && methods === undefined;
  return [
    ...(isEmpty ? [empty(setting, match)] : []),
    ...Object.entries(headers).flatMap(([name, text]) => checkHeader(`${setting}.headers`, name, text)),
    ...(names.length > 0 && "cookie" in headers ? [bothCookies(setting)] : []),
    ...(names.length > MOST_COOKIES ? [tooMany(`${setting}.cookies`, names)] : []),
    ...Object.entries(cookies).flatMap(([name, value]) => checkCookie(`${setting}.cookies`, name, value)),
    ...(path === undefined ? [] : checkPath(`${setting}.path`, path)),
    ...(methods === undefined ? [] : checkMethods(`${setting}.methods`, methods)),
  ];
}

function empty(setting: string, match: RequestMatch): Fault {
  return {
    setting,
    value: match,
    allowed: "at least one of headers, cookies, path, methods",
    fix: "Say which requests are meant",
  };
}

function bothCookies(setting: string): Fault {
  return {
    setting: `${setting}.headers`,
    value: "cookie",
    allowed: "either the header cookie or cookies",
    fix: "Move the condition to cookies",
  };
}

function tooMany(setting: string, value: readonly string[]): Fault {
  const fix = "Use a header, or one cookie that stands for all of them";
  return { setting, value, allowed: `up to ${MOST_COOKIES} cookies`, fix };
}

function checkHeader(setting: string, name: string, text: TextMatch): readonly Fault[] {
  const faults = checkHeaderName(setting, name);
  return faults.length === 0 ? checkText(`${setting}.${name}`, text) : faults;
}

/** Faults of the name of a header. */
export function checkHeaderName(setting: string, name: string): readonly Fault[] {
  if (HEADER.test(name)) return [];
  return [
    {
      setting,
      value: name,
      allowed: "a header's name in lower case, no pseudo-header such as :path",
      fix: "Write it like x-user-tier; paths and methods have conditions of their own",
    },
  ];
}

function checkCookie(setting: string, name: string, value: string): readonly Fault[] {
  if (TOKEN.test(name) && COOKIE_VALUE.test(value)) return [];
  return [
    {
      setting: `${setting}.${name}`,
      value,
      allowed:
        "a name and a value as they stand in the header: without spaces, quotes, commas and semicolons",
      fix: "Write them as the client sends them",
    },
  ];
}

/** Faults of a list of methods. */
export function checkMethods(setting: string, methods: readonly string[]): readonly Fault[] {
  if (methods.length === 0) {
    return [{ setting, value: [], allowed: "at least one method", fix: "Fill it or leave it out" }];
  }
  return methods
    .filter((method) => !METHODS.includes(method))
    .map((method) => ({
      setting,
      value: method,
      allowed: METHODS.join(", "),
      fix: "Write the method in upper case",
    }));
}

/** Faults of a text to compare with. */
function checkText(setting: string, match: TextMatch): readonly Fault[] {
  if (typeof match === "object" && "regex" in match) return checkRegex(setting, match.regex);
  const text = typeof match === "string" ? match : match.prefix;
  if (text !== "") return [];
  return [{ setting, value: match, allowed: "a text that is not empty", fix: "Give the text" }];
}

/** Faults of a path to compare with. */
export function checkPath(setting: string, path: TextMatch): readonly Fault[] {
  if (typeof path === "object" && "regex" in path) return checkRegex(setting, path.regex);
  return checkPathText(setting, typeof path === "string" ? path : path.prefix);
}

/** Faults of the text of a path. */
export function checkPathText(setting: string, text: string): readonly Fault[] {
  if (/^\/[^?#\s]*$/.test(text)) return [];
  return [
    {
      setting,
      value: text,
      allowed: 'a path that begins with "/", without query and fragment',
      fix: 'Write it like "/api"',
    },
  ];
}

/** Faults of an expression: what RE2 does not know, and what is no expression at all. */
function checkRegex(setting: string, regex: string): readonly Fault[] {
  const allowed = `an RE2 expression of up to ${LONGEST_REGEX} characters`;
  const fault = (fix: string): readonly Fault[] => [{ setting, value: regex, allowed, fix }];
  if (regex === "" || regex.length > LONGEST_REGEX) return fault("Give an expression, or a prefix");
  // Istio's "is there", which istiod's webhook takes for withoutHeaders only.
  if (regex === "*") return fault('Write ".*" for any value');
  const [escapes, plain] = [regex.matchAll(/\\([A-Za-z0-9])|\\./g), regex.replace(/\\./g, "")];
  const unknown = [...escapes].flatMap(([, letter]) => letter ?? []).find((one) => !RE2_ESCAPES.test(one));
  if (unknown !== undefined) return fault(`RE2 has no \\${unknown}: say it without`);
  if (LOOKAROUND.test(plain)) return fault("RE2 has no lookaround: say it without");
  const counts = [...plain.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].flatMap(([, least, most]) => [least, most]);
  if (counts.some((count) => Number(count ?? 0) > MOST_REPETITIONS)) {
    return fault(`Repeat up to ${MOST_REPETITIONS} times`);
  }
  try {
    // Flags such as (?i) and (?i:a), and names such as (?P<x>), are RE2's own; the rest is common to both.
    new RegExp(
      regex
        .replace(/\(\?[imsU-]+\)/g, "")
        .replace(/\(\?[imsU-]+:/g, "(?:")
        .replaceAll("(?P<", "(?<"),
    );
    return [];
  } catch (error) {
    return fault(error instanceof Error ? error.message : String(error));
  }
}
