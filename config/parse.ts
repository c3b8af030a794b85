import { buildMesh, GLOBAL_STACK, regionOf, type RolloutPhases } from "../topology";
import { checkCluster } from "./checks/cluster";
import type { ChartFolder, CheckContext } from "./checks/context";
import { checkLinkerd } from "./checks/linkerd";
import { checkMesh } from "./checks/mesh";
import { checkNetwork } from "./checks/network";
import { checkObservability } from "./checks/observability";
import { checkRegions } from "./checks/regions";
import { checkStack, type StackFacts } from "./checks/stack";
import { checkTopology } from "./checks/topology";
import { SettingsError } from "./faults";
import { settingName } from "./issues";
import { type RawSettings, readSettings } from "./read";
import { readRollouts } from "./rollouts";
import { regionSchema, type RegionStackSettings, type SharedSettings } from "./schema";
import type { ChartSource, CommonSettings, Settings } from "./settings";
import { clusterDnsLabel } from "./settings";
import { valueAt } from "./walk";

/** What decides about settings besides their values. */
export interface ParseInput extends RawSettings {
  /** Name of the stack: "global" or a region. */
  readonly stack: string;
  /**
   * Names of the applications that the catalog has.
   * @default any name is taken
   */
  readonly knownApplications?: readonly string[];
  /**
   * Text of `rollouts.yaml`; undefined where there is no such file.
   * @default ""
   */
  readonly rollouts?: string | undefined;
  /**
   * Says what a folder of charts is.
   * @default every folder is taken to hold charts
   */
  readonly inspectChartFolder?: (path: string) => ChartFolder;
  /**
   * Whether no cluster is going to be reached: then what only the operator says (`apiAccess`) is not asked for,
   * and what only the engine can decrypt (`kubeconfig`) is not looked into.
   * @default false
   */
  readonly offline?: boolean;
}

/**
 * Turns what the engine delivers into the settings of a stack, or throws one {@link SettingsError} that lists
 * every fault. Pure: needs neither engine nor disk.
 */
export function parseSettings(input: ParseInput): Settings {
  const read = readSettings(input);
  const table = valueAt(read.decoded, ["regions"]);
  const context: CheckContext = {
    stack: input.stack,
    role: roleOf(input.stack, table),
    shared: read.shared,
    own: read.own,
    said: read.decoded,
    table: isTable(table) ? table : undefined,
    knownApplications: input.knownApplications,
    inspectChartFolder: input.inspectChartFolder ?? (() => "charts"),
    offline: input.offline ?? false,
    name: (key, ...path) => settingName(`${input.project}:${key}`, path),
  };
  const kubeconfigKey = context.name("kubeconfig");
  const facts: StackFacts = {
    kubeconfig: input.values[kubeconfigKey],
    kubeconfigIsSecret: input.secretKeys.includes(kubeconfigKey),
    saidOwn: Object.keys(regionSchema.shape).filter((key) => Object.hasOwn(input.values, context.name(key))),
    location: input.values["azure-native:location"],
    locationIsSecret: input.secretKeys.includes("azure-native:location"),
  };
  const { rollouts, faults: rolloutFaults } = readRollouts("rollouts" in input ? input.rollouts : "");
  const faults = [
    ...checkStack(context, facts),
    ...read.faults,
    ...checkRegions(context),
    ...checkTopology(context),
    ...checkNetwork(context),
    ...checkMesh(context),
    ...checkLinkerd(context),
    ...checkObservability(context),
    ...checkCluster(context),
    ...rolloutFaults,
  ];
  if (faults.length > 0) throw new SettingsError(input.stack, faults);
  return build(input, read.shared as SharedSettings, read.own as RegionStackSettings, rollouts);
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function roleOf(stack: string, table: unknown): CheckContext["role"] {
  if (stack === GLOBAL_STACK) return "global";
  return isTable(table) && Object.hasOwn(table, stack) ? "region" : undefined;
}

function build(
  input: ParseInput,
  shared: SharedSettings,
  own: RegionStackSettings,
  rollouts: RolloutPhases,
): Settings {
  const { charts, linkerd, trust, regions, topology, ...rest } = shared;
  const mesh = buildMesh({ topology, regions, primary: rest.primary, leaving: rest.leaving });
  const common: CommonSettings = {
    ...rest,
    charts: chartSource(charts),
    linkerd: { ...linkerd, charts: chartSource(linkerd.charts) },
    trust: { ...trust, signingRoot: trust.signingRoot ?? trust.roots[0] ?? "" },
    mesh,
  };
  if (input.stack === GLOBAL_STACK) return { ...common, role: "global", stack: GLOBAL_STACK };
  return {
    ...common,
    platform: own.platform,
    egressAddresses: own.egressAddresses,
    dnsLabelScope: own.dnsLabelScope,
    overrides: own.overrides,
    role: "region",
    stack: input.stack,
    region: regionOf(mesh, input.stack),
    location: input.stack,
    rollouts,
    dnsLabel: own.dnsLabel ?? clusterDnsLabel(input.stack),
  };
}

function chartSource(charts: SharedSettings["charts"]): ChartSource {
  if (charts.folder !== undefined) return { kind: "folder", path: charts.folder };
  if (charts.registry !== undefined) return { kind: "registry", url: charts.registry };
  return { kind: "repository", url: charts.repository ?? "" };
}
