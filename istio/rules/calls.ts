import { declaredCallers, externalCallers } from "../callers";
import type { Service } from "../intent";
import type { BuildScope } from "../scope";
import type { Caller } from "./access";
import type { Fault } from "./fault";
import { isLabel } from "./names";

/** Faults of what a service says it calls: unknown, or something that does not let it in. */
export function checkCalls(setting: string, service: Service, scope: BuildScope): readonly Fault[] {
  return (service.calls ?? []).flatMap((call): readonly Fault[] => {
    if (call.endsWith("/*") && isLabel(call.slice(0, -2))) return [];
    const target = scope.service(call);
    const external = scope.externalService(call);
    if (target === undefined && external === undefined) {
      return [
        {
          setting,
          value: call,
          allowed: "a service or external service of the catalog as namespace/name, or namespace/*",
          fix: "Correct the name; what stands in no catalog is named by its whole namespace",
        },
      ];
    }
    const callers = target === undefined ? external && externalCallers(external) : declaredCallers(target);
    if (callers === undefined || callers.some((caller) => isCaller(caller, service))) return [];
    return [
      {
        setting,
        value: call,
        allowed: `what lets ${service.namespace}/${service.serviceAccount} in`,
        fix: `Add it to the ${target === undefined ? "callers" : "access"} of ${call}, or take the call out`,
      },
    ];
  });
}

function isCaller(caller: Caller, { namespace, serviceAccount }: Service): boolean {
  return caller.namespace === namespace && ["*", serviceAccount].includes(caller.serviceAccount);
}
