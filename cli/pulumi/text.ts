import type { PolicyEvent } from "@pulumi/pulumi/automation";

/** Engine messages carry colour directives such as `<{%fg 1%}>`. */
export function plainText(prefix: string | undefined, message: string): string {
  return `${prefix ?? ""}${message}`.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
}

/** What the engine is at, e.g. `create Namespace production (3 done)`; a provider is no resource and is called one. */
export function progressText(op: string, urn: string, type: string, finished: number): string {
  const kind = type.split(":").at(-1) ?? type;
  const what = type.startsWith("pulumi:providers:") ? `provider ${kind}` : kind;
  return `${op} ${what} ${urn.split("::").at(-1) ?? ""} (${finished} done)`;
}

/** A violation of a policy pack: the rule, the resource, and what the rule says with its fix. */
export function violationText(event: PolicyEvent): string {
  const [, , types = "", name = ""] = (event.resourceUrn ?? "").split("::");
  const kind = types.split("$").at(-1) ?? types;
  const where = name === "" || kind === "pulumi:pulumi:Stack" ? "" : ` (${kind} ${name})`;
  return `policy ${event.policyName}${where}: ${plainText(undefined, event.message)}`;
}
