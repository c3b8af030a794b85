import { KubeClient } from "../../kube";
import {
  isUnknown,
  own,
  sameValue,
  type CheckRequest,
  type CheckResult,
  type DiffKind,
  type DiffRequest,
  type DiffResult,
  type Failure,
  type PlainMap,
} from "../wire";
import { activeCluster, kubeconfigText } from "./kubeconfig";
import { asText } from "./plain";

/** The provider's configuration, read. */
export interface Settings {
  /** The contents of the kubeconfig. */
  readonly kubeconfig: string;
  readonly context: string | undefined;
  /** Where a namespaced object goes that names no namespace. */
  readonly namespace: string;
  readonly enableSecretMutable: boolean;
  readonly enableConfigMapMutable: boolean;
  readonly enablePatchForce: boolean;
  readonly upsertExistingObjects: boolean;
  readonly deleteUnreachable: boolean;
}

const FLAGS = [
  "enableSecretMutable",
  "enableConfigMapMutable",
  "enablePatchForce",
  "upsertExistingObjects",
  "deleteUnreachable",
  "enableServerSideApply",
  // Accepted without effect: the stand-in never prints these warnings.
  "suppressDeprecationWarnings",
  "suppressHelmHookWarnings",
] as const;

const TEXTS = ["kubeconfig", "context", "namespace", "clusterIdentifier"] as const;

/** Settings of the official plugin that this one does not have. */
const MISSING: ReadonlySet<string> = new Set([
  "alwaysRender",
  "cluster",
  "helmReleaseSettings",
  "kubeClientSettings",
  "renderYamlToDirectory",
  "skipUpdateUnreachable",
]);

const ENGINE_OWN: ReadonlySet<string> = new Set(["version", "pluginDownloadURL", "__internal"]);

/** What is wrong with a provider's configuration. An unknown kubeconfig is not: a first preview has no cluster. */
export function checkConfig({ news }: CheckRequest): CheckResult {
  const known: readonly string[] = [...FLAGS, ...TEXTS];
  const failures: Failure[] = Object.keys(news)
    .filter((key) => !known.includes(key) && !ENGINE_OWN.has(key) && isSet(news, key))
    .map((property) => ({
      property,
      reason: MISSING.has(property)
        ? "the sandbox's kubernetes plugin does not have this setting; use the official plugin or leave it out."
        : `there is no such setting; known are ${known.join(", ")}.`,
    }));
  for (const key of FLAGS) {
    const value = own(news, key);
    if (value === undefined || value === null || isUnknown(value) || readFlag(value) !== undefined) continue;
    failures.push({ property: key, reason: "must be true or false." });
  }
  if (readFlag(own(news, "enableServerSideApply")) === false)
    failures.push({
      property: "enableServerSideApply",
      reason:
        "the sandbox's kubernetes plugin only works by server-side apply: leave it out or set it to true.",
    });
  return { inputs: news, failures: [...failures, ...checkKubeconfig(news)] };
}

function checkKubeconfig(news: PlainMap): Failure[] {
  const value = own(news, "kubeconfig");
  if (isUnknown(value) || isUnknown(own(news, "context"))) return [];
  try {
    // The user's own default kubeconfig is never taken: it may name a cluster that is no sandbox.
    if (asText(value) === "")
      throw new Error("must be set: the contents of a kubeconfig, or the path of one.");
    KubeClient.fromKubeconfig(kubeconfigText(asText(value)), contextOption(news));
    return [];
  } catch (error) {
    return [{ property: "kubeconfig", reason: error instanceof Error ? error.message : String(error) }];
  }
}

/** Reads a configuration that {@link checkConfig} has accepted. */
export function readSettings(config: PlainMap): Settings {
  const kubeconfig = kubeconfigText(asText(own(config, "kubeconfig")));
  const flag = (key: (typeof FLAGS)[number]): boolean => readFlag(own(config, key)) ?? false;
  const context = contextOption(config).context;
  return {
    kubeconfig,
    context,
    namespace:
      asText(own(config, "namespace")) ||
      KubeClient.fromKubeconfig(kubeconfig, contextOption(config)).defaultNamespace,
    enableSecretMutable: flag("enableSecretMutable"),
    enableConfigMapMutable: flag("enableConfigMapMutable"),
    enablePatchForce: flag("enablePatchForce"),
    upsertExistingObjects: flag("upsertExistingObjects"),
    // A destroy runs no program, so the SDK cannot pass this variable on.
    deleteUnreachable:
      readFlag(own(config, "deleteUnreachable")) ?? process.env.PULUMI_K8S_DELETE_UNREACHABLE === "true",
  };
}

/**
 * Whether the provider now means another cluster, so that everything in it must be replaced. With a
 * `clusterIdentifier` on both sides it alone decides; without one, the server that the kubeconfig names does,
 * and a kubeconfig that is not known yet may be another.
 */
export function diffConfig({ oldInputs, oldOutputs, news }: DiffRequest): DiffResult {
  const olds = Object.keys(oldInputs).length > 0 ? oldInputs : oldOutputs;
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])].toSorted();
  const changed = keys.filter((key) => !ENGINE_OWN.has(key) && !sameValue(olds[key], news[key]));
  const replaces = new Set(replacing(olds, news, changed));
  const detailed = changed.map((key): [string, DiffKind] => {
    const kind = olds[key] === undefined ? "add" : news[key] === undefined ? "delete" : "update";
    return [key, replaces.has(key) ? `${kind}-replace` : kind];
  });
  return { changed: changed.length > 0, replaces: [...replaces], detailed: Object.fromEntries(detailed) };
}

function replacing(olds: PlainMap, news: PlainMap, changed: readonly string[]): readonly string[] {
  const [before, after] = [own(olds, "clusterIdentifier"), own(news, "clusterIdentifier")];
  if (isText(before) && isText(after)) return before === after ? [] : ["clusterIdentifier"];
  if (isText(before) && isUnknown(after)) return ["clusterIdentifier"];
  const where = changed.filter((key) => key === "kubeconfig" || key === "context");
  const blind = where.filter((key) => isUnknown(own(news, key)));
  if (blind.length > 0) return blind;
  const [old, now] = [clusterOf(olds), clusterOf(news)];
  return old === undefined || now === undefined || old === now ? [] : where;
}

// The cluster's entry as text, to compare. A kubeconfig that cannot be read says nothing.
function clusterOf(config: PlainMap): string | undefined {
  try {
    const text = kubeconfigText(asText(own(config, "kubeconfig")));
    return JSON.stringify(activeCluster(text, contextOption(config).context));
  } catch {
    return undefined;
  }
}

function contextOption(config: PlainMap): { context?: string } {
  const context = asText(own(config, "context"));
  return context === "" ? {} : { context };
}

// The SDK sends booleans as JSON in a text.
function readFlag(value: PlainMap[string] | undefined): boolean | undefined {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  return undefined;
}

function isSet(config: PlainMap, key: string): boolean {
  const value = own(config, key);
  return value !== undefined && value !== null && value !== "" && readFlag(value) !== false;
}

function isText(value: PlainMap[string] | undefined): value is string {
  return typeof value === "string" && value !== "";
}
