import { at, isAbsent, type Fields } from "../../istio/rules/fields";
import type { GivenSettings, Level, Rule, Subject } from "../rule";
import { token } from "../rules/mesh/kinds";

/** How the objects of charts are judged. */
export interface Judging {
  readonly rules: readonly Rule[];
  readonly level: Level;
  /** Settings by rule. */
  readonly settings: Readonly<Record<string, GivenSettings>>;
}

/** What the rules over single objects say of those that a Release makes. */
export async function judgeChildren(
  release: { readonly name: string; readonly namespace: unknown },
  objects: readonly Fields[],
  { rules, level, settings }: Judging,
): Promise<readonly string[]> {
  const found = await Promise.all(
    objects.flatMap((object) => {
      const child = subjectOf(object, release.namespace);
      if (child === undefined) return [];
      return rules.map(async (rule) => {
        if (rule.scope !== "resource" || rule.level !== level || !rule.types.includes(child.type)) return [];
        const messages = await rule.check(child, settings[rule.id]);
        return messages.map(
          (message) =>
            `Release ${release.name} › ${String(object["kind"])} ${child.name}: ${message} (${rule.id}: ${rule.fix})`,
        );
      });
    }),
  );
  return found.flat();
}

/** A rendered object as a rule sees it. Charts leave the namespace out where it is the release's own. */
function subjectOf(object: Fields, namespace: unknown): Subject | undefined {
  const { apiVersion, kind } = object;
  const name = at(object, "metadata", "name");
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string")
    return undefined;
  const own = at(object, "metadata", "namespace");
  const home = isAbsent(own) ? namespace : own;
  const type = token(apiVersion, kind);
  if (typeof home !== "string" || /^(Cluster|Namespace$)/.test(kind)) {
    return { type, name, urn: `${type}::${name}`, props: object };
  }
  const full = `${home}/${name}`;
  // Settings, too, name objects by their namespace.
  const metadata = { ...(object["metadata"] as Fields), namespace: home };
  return { type, name: full, urn: `${type}::${full}`, props: { ...object, metadata } };
}
