import { serviceHost, type AccessRule, type Service } from "../../istio/intent";
import type { Workload } from "./plan";

const HTTP_PORT = 80;

/** A request that the catalog lets through between workloads that run, as arguments of `mesh sandbox curl`. */
export function exampleRequest(run: readonly Workload[]): string | undefined {
  for (const { region, service } of run) {
    const here = run.filter((workload) => workload.region === region).map((workload) => workload.service);
    for (const rule of (service.access ?? []).filter(isPlainGet)) {
      const caller = here.find((one) => rule.from?.includes(`${one.namespace}/${one.serviceAccount}`));
      if (caller !== undefined) return `--from ${region}/${caller.name} ${urlOf(service, rule)}`;
    }
  }
  return undefined;
}

/** Whether a rule lets a GET without a token in. */
function isPlainGet({ methods, token }: AccessRule): boolean {
  return token === undefined && (methods === undefined || methods.includes("GET"));
}

function urlOf(service: Service, { paths }: AccessRule): string {
  const host = serviceHost(service);
  const port = service.port === HTTP_PORT ? "" : `:${service.port}`;
  const path = paths?.find((one) => one.startsWith("/")) ?? "/";
  return `http://${host}${port}${path.replace(/\*$/, "health")}`;
}
