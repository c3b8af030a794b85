import type { TextMatch } from "../intent";

/**
 * What becomes of a path: `from` at its beginning, up to a slash or the end, is replaced by `to`; without `from` all of it.
 */
export interface PathRewrite {
  readonly from?: string;
  readonly to: string;
}

/** Paths of requests as they arrive, and what becomes of them. */
export interface PathRule {
  /** @default every path */
  readonly path?: TextMatch;
  /** @default the path stays */
  readonly rewrite?: PathRewrite;
}

/** `unmergeable`: there are such paths, but no single comparison says which. */
export type MergedPath = PathRule | "never" | "unmergeable";

/** A prefix as paths are cut: no slash at the end, so that `/` is the empty text before every path. */
export function trimmed(prefix: string): string {
  return prefix.replace(/\/+$/, "");
}

/** Whether a path is the prefix or lies below it; `/apiary` does not lie below `/api`. */
export function isBelow(path: string, prefix: string): boolean {
  const start = trimmed(prefix);
  return start === "" || path === start || path.startsWith(`${start}/`);
}

/** The path with what follows it, as `/v2` and `/users` give `/v2/users`; never empty. */
function joined(start: string, rest: string): string {
  const path = `${trimmed(start)}${rest}`;
  return path === "" ? "/" : path;
}

/** The rewrite of what a comparison of paths matches: only a prefix leaves a rest over. */
export function rewriteOf(path: TextMatch | undefined, to: string | undefined): PathRule {
  const rule = path === undefined ? {} : { path };
  if (to === undefined) return rule;
  return {
    ...rule,
    rewrite: typeof path === "object" && "prefix" in path ? { from: trimmed(path.prefix), to } : { to },
  };
}

/**
 * What is left of a rule behind another one: a request is compared with the outer rule, rewritten by it, then
 * compared with the inner one and rewritten again; one comparison and one rewrite that do the same.
 */
export function behind(outer: PathRule, inner: PathRule): MergedPath {
  if (outer.path === undefined || inner.path === undefined) {
    const path = outer.path ?? inner.path;
    const rewrite = inner.rewrite === undefined ? outer.rewrite : rewrittenBehind(outer, inner.rewrite);
    return {
      ...(path === undefined ? {} : { path }),
      ...(rewrite === undefined ? {} : { rewrite }),
    };
  }
  if (isRegex(outer.path) || isRegex(inner.path)) {
    const isSame = JSON.stringify(outer.path) === JSON.stringify(inner.path);
    return isSame && outer.rewrite === undefined ? { ...inner } : "unmergeable";
  }
  return typeof outer.path === "string"
    ? behindPath(outer.path, outer.rewrite, inner)
    : behindPrefix(outer.path.prefix, outer.rewrite, inner);
}

type Regex = { readonly regex: string };

function isRegex(match: TextMatch): match is Regex {
  return typeof match === "object" && "regex" in match;
}

/** A rewrite without a comparison of its own replaces the whole path, whatever came before. */
function rewrittenBehind(outer: PathRule, rewrite: PathRewrite): PathRewrite {
  return outer.rewrite === undefined ? rewrite : { to: rewrite.to };
}

/** One path, which is known to the last letter. */
function behindPath(path: string, rewrite: PathRewrite | undefined, inner: PathRule): MergedPath {
  const seen = rewrite === undefined ? path : rewrite.to;
  if (!matches(inner.path, seen)) return "never";
  const sent = applied(inner.rewrite, seen);
  return sent === path ? { path } : { path, rewrite: { to: sent } };
}

function matches(match: TextMatch | undefined, path: string): boolean {
  if (match === undefined) return true;
  if (typeof match === "string") return match === path;
  return "prefix" in match && isBelow(path, match.prefix);
}

function applied(rewrite: PathRewrite | undefined, path: string): string {
  if (rewrite === undefined) return path;
  return rewrite.from === undefined
    ? rewrite.to
    : joined(rewrite.to, path.slice(trimmed(rewrite.from).length));
}

/** All paths below a prefix, of which the inner rule sees what the outer rewrite leaves. */
function behindPrefix(prefix: string, rewrite: PathRewrite | undefined, inner: PathRule): MergedPath {
  const start = trimmed(prefix);
  const seen = rewrite === undefined ? start : trimmed(rewrite.to);
  if (typeof inner.path === "string") {
    if (!isBelow(inner.path, seen)) return "never";
    const path = joined(start, inner.path.slice(seen.length));
    const sent = applied(inner.rewrite, inner.path);
    return sent === path ? { path } : { path, rewrite: { to: sent } };
  }
  if (typeof inner.path !== "object" || !("prefix" in inner.path)) return "unmergeable";
  const wanted = trimmed(inner.path.prefix);
  // Either the inner prefix is the narrower one, or every path that the outer rule lets through is below it.
  const narrowed = isBelow(wanted, seen) ? `${start}${wanted.slice(seen.length)}` : undefined;
  const from = narrowed ?? start;
  if (narrowed === undefined && !isBelow(seen, wanted)) return "never";
  const arriving = narrowed === undefined ? seen : wanted;
  const sent = trimmed(applied(inner.rewrite, arriving === "" ? "/" : arriving));
  return {
    path: { prefix: from === "" ? "/" : from },
    ...(sent === from ? {} : { rewrite: { from, to: sent === "" ? "/" : sent } }),
  };
}
