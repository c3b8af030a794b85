import type { Application, Telemetry } from "../intent";
import type { Fault } from "./fault";
import { checkName, duplicates } from "./names";

/** Faults of what proxies report, over all applications. */
export function checkTelemetry(
  applications: readonly Application[],
  isService: (key: string) => boolean,
): readonly Fault[] {
  const all = applications.flatMap(({ telemetry }) => telemetry);
  return [
    ...applications.flatMap((application) =>
      application.telemetry.flatMap((entry) =>
        checkEntry(`applications.${application.name}.telemetry.${entry.name}`, entry, application, isService),
      ),
    ),
    ...duplicates(all.map(({ scope }) => JSON.stringify(scope))).map((scope) => ({
      setting: "telemetry",
      value: JSON.parse(scope) as unknown,
      allowed: "one entry for the mesh, a namespace or a service",
      fix: "Merge the entries: of two for one scope Istio takes the older",
    })),
    ...duplicates(all.map((entry) => `${namespaceOf(entry)}/${entry.name}`)).map((name) => ({
      setting: "telemetry",
      value: name,
      allowed: "each name once in a namespace",
      fix: "Rename one of them",
    })),
  ];
}

/** Namespace in which an entry's object stands. */
function namespaceOf({ scope }: Telemetry): string {
  if (scope === "mesh") return "istio-system";
  return "namespace" in scope ? scope.namespace : (scope.service.split("/")[0] ?? "");
}

function checkEntry(
  setting: string,
  entry: Telemetry,
  application: Application,
  isService: (key: string) => boolean,
): readonly Fault[] {
  const { accessLog, metrics, tracing } = entry;
  const percent = tracing?.samplingPercent ?? 0;
  return [
    ...checkName(`${setting}.name`, entry.name),
    ...checkScope(`${setting}.scope`, entry, application, isService),
    ...(accessLog === undefined && metrics === undefined && tracing === undefined
      ? [
          fault(
            setting,
            undefined,
            "at least one of accessLog, metrics and tracing",
            "Say what is reported, or take it out",
          ),
        ]
      : []),
    ...(percent >= 0 && percent <= 100
      ? []
      : [
          fault(`${setting}.tracing.samplingPercent`, percent, "a number from 0 to 100", "Give a percentage"),
        ]),
    ...Object.entries({ accessLog: accessLog?.providers, metrics: metrics?.providers })
      .filter(([, providers]) => providers?.length === 0)
      .map(([part]) =>
        fault(
          `${setting}.${part}.providers`,
          [],
          "at least one provider",
          "Name one, or leave providers out",
        ),
      ),
    ...(accessLog?.disabled === true && accessLog.filter !== undefined
      ? [
          fault(
            `${setting}.accessLog.filter`,
            accessLog.filter,
            "no filter beside disabled",
            "Keep one of the two",
          ),
        ]
      : []),
    ...(metrics?.overrides ?? []).flatMap((override, index) =>
      override.disabled !== undefined || Object.keys(override.tags ?? {}).length > 0
        ? []
        : [fault(`${setting}.metrics.overrides[${index}]`, override, "disabled or tags", "Say what changes")],
    ),
  ];
}

/** Objects go where the application is bound, so it brings their namespace or stands in the mesh's own. */
function checkScope(
  setting: string,
  { scope }: Telemetry,
  { namespaces }: Application,
  isService: (key: string) => boolean,
): readonly Fault[] {
  if (scope === "mesh") return [];
  const own = namespaces.map(({ name }) => name);
  if ("namespace" in scope) {
    if (own.includes(scope.namespace)) return [];
    return [
      fault(
        setting,
        scope.namespace,
        `"mesh", or a namespace that the application brings along: ${own.join(", ") || "none"}`,
        "Correct the name, or add it to the application's namespaces",
      ),
    ];
  }
  if (isService(scope.service) && own.includes(scope.service.split("/")[0] ?? "")) return [];
  return [
    fault(
      setting,
      scope.service,
      "a service as namespace/name, in a namespace that the application brings along",
      "Correct the name, or say it in the application that has the service",
    ),
  ];
}

function fault(setting: string, value: unknown, allowed: string, fix: string): Fault {
  return { setting, value, allowed, fix };
}
