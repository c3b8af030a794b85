import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { catalog } from "../../catalog";
import type { Overlay } from "../../sandbox/project/overlay";
import { UsageError } from "../usage";

/** Pods of the internal gateway, as gateways of the catalog name them. */
const INTERNAL_GATEWAY = "internal-gateway";

/** What a policy pack is configured with: settings by rule. */
export type GuardrailSettings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** @throws UsageError where an application is in no catalog. */
export function requireKnown(names: readonly string[]): void {
  const known = catalog.applications.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`--app ${unknown.join(", ")}: the catalog has ${known.join(", ")}.`);
}

/**
 * Settings by which a mesh runs these applications in place of those of its own setting, with the gateway's pods that
 * they need; none where nothing was chosen.
 */
export function chosenSettings(names: readonly string[] | undefined): Overlay {
  if (names === undefined) return {};
  const needsInternal = catalog.applications
    .filter(({ name }) => names.includes(name))
    .some(({ gateways }) => gateways.some(({ workload }) => workload["istio"] === INTERNAL_GATEWAY));
  return {
    "global-mesh:applications": [...names],
    ...(needsInternal ? { "global-mesh:internalGateway": true } : {}),
  };
}

/** Applications that a project's stacks name. */
export function namedApplications(program: string, regions: readonly string[]): readonly string[] {
  const { declared, byRegion } = saidApplications(program, regions);
  return strings([declared, ...byRegion]);
}

/** Applications that a mesh would run by its settings, where others were chosen; none where these run. */
export function replacedApplications(
  program: string,
  regions: readonly string[],
  chosen: readonly string[] | undefined,
): readonly string[] {
  if (chosen === undefined) return [];
  const { declared, byRegion } = saidApplications(program, regions);
  const named = strings(byRegion.map((said) => said ?? declared));
  return named.length === chosen.length && named.every((name) => chosen.includes(name)) ? [] : named;
}

function strings(said: readonly unknown[]): readonly string[] {
  return [...new Set(said.flat().filter((name) => typeof name === "string"))];
}

/** What the project file and each stack file say of the setting; undefined where they do not. */
function saidApplications(
  program: string,
  regions: readonly string[],
): { readonly declared: unknown; readonly byRegion: readonly unknown[] } {
  const read = (file: string): { config?: Readonly<Record<string, unknown>> } => {
    const full = path.join(program, file);
    return existsSync(full) ? ((parse(readFileSync(full, "utf8")) ?? {}) as ReturnType<typeof read>) : {};
  };
  const declared = read("Pulumi.yaml").config?.["global-mesh:applications"] as
    { readonly default?: unknown } | undefined;
  const byRegion = regions.map(
    (region) => read(`Pulumi.${region}.yaml`).config?.["global-mesh:applications"],
  );
  return { declared: declared?.default, byRegion };
}

/**
 * What applications ask of the policy pack, `catalog/<name>/guardrails.json`, as one: exceptions that their authors
 * made on purpose and that a user would name with `--policy-pack-config`.
 */
export function guardrailsOf(program: string, names: readonly string[]): GuardrailSettings | undefined {
  const files = names
    .map((name) => path.join(program, "catalog", name, "guardrails.json"))
    .filter((file) => existsSync(file));
  if (files.length === 0) return undefined;
  const together: Record<string, Record<string, unknown>> = {};
  for (const file of files) {
    const said = JSON.parse(readFileSync(file, "utf8")) as GuardrailSettings;
    for (const [rule, settings] of Object.entries(said)) {
      const before = together[rule] ?? {};
      for (const [key, value] of Object.entries(settings)) before[key] = both(before[key], value);
      together[rule] = before;
    }
  }
  return together;
}

function both(before: unknown, value: unknown): unknown {
  if (!Array.isArray(before) || !Array.isArray(value)) return value;
  return [...new Set((before as unknown[]).concat(value))];
}
