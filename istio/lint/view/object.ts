import { at, isFields, type Fields } from "../../rules/fields";
import type { ObjectName } from "../finding";
import type { LintObject, LintSource } from "../input";

/** An object as rules see it: its name is read once. */
export interface Viewed extends ObjectName {
  /** Kind, namespace and name in one word. */
  readonly key: string;
  readonly object: Fields;
  readonly spec: unknown;
  readonly source: LintSource;
}

export function viewed(one: LintObject): Viewed {
  const object: Fields = isFields(one.object) ? one.object : {};
  const kind = text(object["kind"]);
  const name = text(at(object, "metadata", "name"));
  const namespace = text(at(object, "metadata", "namespace")) || (CLUSTER_WIDE.has(kind) ? "" : "default");
  const source: LintSource =
    "entry" in one ? { application: one.application, entry: one.entry } : { file: one.file, line: one.line };
  return { kind, namespace, name, key: `${kind} ${namespace}/${name}`, object, spec: object["spec"], source };
}

const CLUSTER_WIDE: ReadonlySet<string> = new Set(["Namespace", "ClusterRole", "ClusterRoleBinding"]);

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The host of a DestinationRule, in full; empty where it names none. */
export function ruleHost(rule: Viewed): string {
  return fullHost(text(at(rule.spec, "host")), rule);
}

/** A host without a dot means the Service of the object's own namespace. */
export function fullHost(host: string, { namespace }: { readonly namespace: string }): string {
  return host.includes(".") || host.startsWith("*") || host === ""
    ? host
    : `${host}.${namespace}.svc.cluster.local`;
}
