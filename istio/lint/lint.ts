import { describeFinding } from "../rules/fault";
import type { LintFinding, LintReport } from "./finding";
import { describeSource, isEntry, type LintCluster, type LintOptions } from "./input";
import type { Found, LintRule } from "./rule";
import { allRules } from "./rules";
import { applySuppressions } from "./suppress";
import { meshView } from "./view/view";

/**
 * Looks over everything that all clusters of a mesh get, before any of it is applied. Nothing is asked of a cluster:
 * what is not among the objects, and not told beside them, is not known.
 */
export function lint(clusters: readonly LintCluster[], options: LintOptions = {}): LintReport {
  const mesh = meshView(clusters, options);
  const found = allRules.flatMap((rule) => rule.find(mesh).map((one) => toFinding(rule, one)));
  const objects = [...mesh.byKey.values()].flatMap((variants) => variants.map(({ at }) => at));
  const { findings, suppressed } = applySuppressions(merged(found), options.suppressions ?? [], objects);
  return {
    findings: sorted(findings, (finding) => finding),
    suppressed: sorted(suppressed, ({ finding }) => finding),
  };
}

function toFinding(rule: LintRule, found: Found): LintFinding {
  const { code, severity, title, also = [], why, fix } = rule;
  const { kind, namespace, name, source } = found.at;
  return {
    code,
    severity,
    title,
    also,
    source,
    object: { kind, namespace, name },
    clusters: found.clusters,
    setting: found.setting,
    cause: `${describeFinding(found)}. ${why}`,
    fix,
  };
}

/** The same finding of several clusters is one. */
function merged(findings: readonly LintFinding[]): readonly LintFinding[] {
  const known = new Map<string, LintFinding>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.code, finding.source, finding.object, finding.cause]);
    const earlier = known.get(key);
    const clusters = [...new Set([...(earlier?.clusters ?? []), ...finding.clusters])];
    known.set(key, { ...finding, clusters });
  }
  return [...known.values()];
}

function sorted<T>(all: readonly T[], findingOf: (one: T) => LintFinding): readonly T[] {
  const key = (one: T): string => {
    const { source, code, setting, cause } = findingOf(one);
    const place = isEntry(source)
      ? describeSource(source)
      : `${source.file}:${String(source.line).padStart(9, "0")}`;
    return [place, code, setting, cause].join("\n");
  };
  return all
    .map((one) => ({ one, key: key(one) }))
    .toSorted((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
    .map(({ one }) => one);
}
