import { at, isFields } from "../rules/fields";
import type { LintFinding, RuleText, SuppressedFinding } from "./finding";
import type { CatalogSuppression, LintSource } from "./input";
import { isEntry } from "./input";
import { allRules } from "./rules";
import { push } from "./view/labels";
import type { Viewed } from "./view/object";

/** Annotation of an object: `GM101: reason`, several separated by `;`. */
export const SUPPRESS_ANNOTATION = "global-mesh/lint-suppress";

/** Rules over suppressions; they cannot be suppressed. */
export const SUPPRESSION_RULES = {
  unused: {
    code: "GM001",
    title: "A suppression matches a finding",
    why: "One that matches none hides the next fault of its rule that somebody makes there.",
    fix: "Take it out, or correct its code and entry.",
    severity: "warning",
  },
  unsound: {
    code: "GM002",
    title: "A suppression names a rule and gives a reason",
    why: "Without a reason nobody can say later whether it still holds.",
    fix: "Write the code of the rule as docs/lint.md lists it, and why it is meant to be so.",
    severity: "error",
  },
} as const satisfies Readonly<Record<string, RuleText>>;

/** Something that says which findings are meant to be so. */
interface Suppression {
  readonly code: string;
  readonly reason: string;
  readonly source: LintSource;
  /** Where it stands, for a finding about itself. */
  readonly setting: string;
  readonly covers: (finding: LintFinding) => boolean;
}

const CODES: ReadonlySet<string> = new Set(allRules.map(({ code }) => code));

/** Takes out the findings that are meant to be so, and adds those about the suppressions themselves. */
export function applySuppressions(
  findings: readonly LintFinding[],
  ofCatalog: readonly CatalogSuppression[],
  objects: Iterable<Viewed>,
): { readonly findings: readonly LintFinding[]; readonly suppressed: readonly SuppressedFinding[] } {
  const there = [...objects];
  const bound = new Set(there.map(({ source }) => (isEntry(source) ? source.application : undefined)));
  // Of an application that goes to no cluster nothing can be found.
  const said = ofCatalog.filter((one) => bound.has(one.application));
  const all = [...said.map(fromCatalog), ...there.flatMap(fromAnnotation)];
  const sound = all.filter(isSound);
  const byCode = new Map<string, Suppression[]>();
  for (const one of sound) push(byCode, one.code, one);
  const used = new Set<Suppression>();
  const left: LintFinding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const finding of findings) {
    const by = byCode.get(finding.code)?.find(({ covers }) => covers(finding));
    if (by === undefined) left.push(finding);
    else {
      used.add(by);
      suppressed.push({ finding, reason: by.reason });
    }
  }
  const unsound = all.filter((one) => !isSound(one));
  return {
    findings: [
      ...left,
      ...unsound.map((one) => about(SUPPRESSION_RULES.unsound, one)),
      ...sound.filter((one) => !used.has(one)).map((one) => about(SUPPRESSION_RULES.unused, one)),
    ],
    suppressed,
  };
}

function isSound({ code, reason }: Suppression): boolean {
  return CODES.has(code) && reason.trim() !== "";
}

function fromCatalog({ application, code, entry, reason }: CatalogSuppression): Suppression {
  return {
    code,
    reason,
    source: { application, entry: entry ?? "suppress" },
    setting: "suppress",
    covers: ({ source }) =>
      isEntry(source) &&
      source.application === application &&
      (entry === undefined || source.entry === entry),
  };
}

function fromAnnotation({ object, key, source }: Viewed): readonly Suppression[] {
  const annotations = at(object, "metadata", "annotations");
  const text = isFields(annotations) ? annotations[SUPPRESS_ANNOTATION] : undefined;
  if (typeof text !== "string") return [];
  return text
    .split(/[;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const [code = "", ...reason] = part.split(":");
      return {
        code: code.trim(),
        reason: reason.join(":").trim(),
        source,
        setting: `metadata.annotations.${SUPPRESS_ANNOTATION}`,
        covers: (finding) =>
          finding.object !== undefined && sameObject(finding, key) && sameSource(finding.source, source),
      };
    });
}

function sameObject({ object }: LintFinding, key: string): boolean {
  return object !== undefined && `${object.kind} ${object.namespace}/${object.name}` === key;
}

function sameSource(left: LintSource, right: LintSource): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function about(rule: RuleText, { code, reason, source, setting }: Suppression): LintFinding {
  const said = reason.trim() === "" ? "without a reason" : `with the reason "${reason}"`;
  const unknown = CODES.has(code) ? "" : ", which is the code of no rule";
  return {
    code: rule.code,
    severity: rule.severity,
    title: rule.title,
    also: [],
    source,
    clusters: [],
    setting,
    cause: `${setting}: ${code === "" ? "nothing" : code}${unknown} is suppressed ${said}. ${rule.why}`,
    fix: rule.fix,
  };
}
