import { application, service, type Application } from "../../../../istio/intent";

/** Host of the service whose weights change. */
export const PACED_HOST = "paced.global";

/** A service of two versions with these shares of v1, and workloads that call it. */
export function pacedBy(callers: readonly string[], v1: number): Application {
  const namespace = "pace";
  return application({
    name: namespace,
    namespaces: [{ name: namespace, mtls: "STRICT" }],
    services: [
      service({
        name: "paced",
        namespace,
        port: 80,
        globalHost: PACED_HOST,
        versions: { v1, v2: 100 - v1 },
        access: [{ from: callers.map((name) => `${namespace}/${name}`) }],
      }),
      ...callers.map((name) => service({ name, namespace, port: 80, access: [] })),
    ],
  });
}
