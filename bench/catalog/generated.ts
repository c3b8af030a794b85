import type { Catalog } from "../../istio/choose";
import { application, binding, service, type Application } from "../../istio/intent";

/** Services of one application, as a team has them. */
const TOGETHER = 20;

/**
 * A catalog with that many services in applications of twenty, each in a namespace of its own. Every service has a
 * global name, two versions, an experiment, timeout, retries, pools, locality and access of two others.
 */
export function generatedCatalog(services: number): Catalog {
  const applications = Array.from({ length: Math.ceil(services / TOGETHER) }, (_, index) =>
    team(index, Math.min(TOGETHER, services - index * TOGETHER)),
  );
  return {
    applications,
    bindings: [
      binding({
        name: "all",
        clusters: [{ matchLabels: { mesh: "enabled" } }],
        applications: applications.map(({ name }) => name),
      }),
    ],
  };
}

function team(index: number, size: number): Application {
  const namespace = `team-${index}`;
  const names = Array.from({ length: size }, (_, number) => `service-${number}`);
  return application({
    name: namespace,
    namespaces: [{ name: namespace, mtls: "STRICT" }],
    services: names.map((name, number) =>
      service({
        name,
        namespace,
        port: 80,
        targetPort: 8080,
        globalHost: `${name}.${namespace}.global`,
        versions: { v1: 80, v2: 20 },
        experiments: [{ name: "testers", match: { headers: { "x-tester": "true" } }, to: { version: "v2" } }],
        timeout: "10s",
        retries: { attempts: 3, perTryTimeout: "2s" },
        connectionPool: { maxConnections: 100, http1MaxPendingRequests: 50 },
        locality: { local: 80, rest: "even" },
        access: [
          {
            from: [1, 2].map((step) => `${namespace}/${names[(number + step) % size] ?? name}`),
            methods: ["GET", "POST"],
            paths: ["/api/*"],
          },
        ],
      }),
    ),
  });
}
