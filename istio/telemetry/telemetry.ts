import type {
  AccessLogTelemetry,
  MetricChange,
  MetricsTelemetry,
  Telemetry as TelemetryIntent,
  TelemetryScope,
  TracingTelemetry,
} from "../intent";
import type {
  AccessLogging,
  MetricOverride,
  MetricReporting,
  ProviderRef,
  TagOverride,
  Telemetry,
  TracingReporting,
  WorkloadSelector,
} from "../model";
import { metadata, TELEMETRY_V1 } from "../model";
import type { BuildScope } from "../scope";
import { sortedEntries } from "../sorted";

/** What proxies report: in the root namespace that of the whole mesh, elsewhere that of a namespace or a service. */
export function telemetryObject(
  { name, scope, accessLog, metrics, tracing }: TelemetryIntent,
  { rootNamespace }: BuildScope,
): Telemetry {
  const { namespace, selector } = placeOf(scope, rootNamespace);
  return {
    apiVersion: TELEMETRY_V1,
    kind: "Telemetry",
    metadata: metadata(name, namespace, name),
    spec: {
      ...(selector === undefined ? {} : { selector }),
      ...(accessLog === undefined ? {} : { accessLogging: [accessLogging(accessLog)] }),
      ...(metrics === undefined ? {} : { metrics: [metricReporting(metrics)] }),
      ...(tracing === undefined ? {} : { tracing: [tracingReporting(tracing)] }),
    },
  };
}

function placeOf(
  scope: TelemetryScope,
  rootNamespace: string,
): { readonly namespace: string; readonly selector?: WorkloadSelector } {
  if (scope === "mesh") return { namespace: rootNamespace };
  if ("namespace" in scope) return { namespace: scope.namespace };
  const [namespace = "", service = ""] = scope.service.split("/");
  return { namespace, selector: { matchLabels: { app: service } } };
}

function accessLogging({
  providers = ["envoy"],
  filter,
  disabled = false,
}: AccessLogTelemetry): AccessLogging {
  return {
    providers: providers.map(provider),
    ...(filter === undefined ? {} : { filter: { expression: filter } }),
    ...(disabled ? { disabled: true as const } : {}),
  };
}

function metricReporting({ providers = ["prometheus"], overrides = [] }: MetricsTelemetry): MetricReporting {
  return {
    providers: providers.map(provider),
    ...(overrides.length === 0 ? {} : { overrides: overrides.map(metricOverride) }),
  };
}

function metricOverride({
  metric = "ALL_METRICS",
  mode = "CLIENT_AND_SERVER",
  disabled,
  tags = {},
}: MetricChange): MetricOverride {
  const changes = sortedEntries(tags).map(([tag, value]): [string, TagOverride] => [
    tag,
    value === null ? { operation: "REMOVE" } : { operation: "UPSERT", value },
  ]);
  return {
    match: { metric, mode },
    // Also where it is false: the metric may be switched off for a wider scope.
    ...(disabled === undefined ? {} : { disabled }),
    ...(changes.length === 0 ? {} : { tagOverrides: Object.fromEntries(changes) }),
  };
}

function tracingReporting(tracing: TracingTelemetry): TracingReporting {
  const { samplingPercent, tags = {}, disabled } = tracing;
  const literals = sortedEntries(tags).map(([tag, value]) => [tag, { literal: { value } }] as const);
  return {
    ...(tracing.provider === undefined ? {} : { providers: [provider(tracing.provider)] }),
    ...(samplingPercent === undefined ? {} : { randomSamplingPercentage: samplingPercent }),
    ...(literals.length === 0 ? {} : { customTags: Object.fromEntries(literals) }),
    ...(disabled === undefined ? {} : { disableSpanReporting: disabled }),
  };
}

function provider(name: string): ProviderRef {
  return { name };
}
