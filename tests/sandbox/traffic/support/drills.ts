import { application, service, type Application, type ServiceArgs } from "../../../../istio/intent";

/** Namespace of what tests make up themselves. */
export const DRILLS = "drills";

/** A target with a policy of the test's own, and who calls it. */
export const DRILL = { target: "target", caller: "caller" } as const;

/** One service that the test says something about, and a caller; anybody of the namespace may call it. */
export function drills(
  said: Omit<ServiceArgs, "name" | "namespace" | "port"> = {},
  ...more: Application["services"]
): Application {
  return application({
    name: DRILLS,
    namespaces: [{ name: DRILLS, mtls: "STRICT" }],
    services: [
      service({
        name: DRILL.target,
        namespace: DRILLS,
        port: 8080,
        access: [{ namespaces: [DRILLS] }],
        ...said,
      }),
      service({ name: DRILL.caller, namespace: DRILLS, port: 8080, access: [] }),
      ...more,
    ],
  });
}

/** Annotation for pods whose proxies keep the counters of their calls; Istio leaves most of them out. */
export const COUNTING = {
  "sidecar.istio.io/statsInclusionPrefixes": "cluster.outbound,http.outbound,http_local_rate_limiter",
} as const;

/** So that counting is not mixed with what a client lets out and a workload lets in. */
export function withoutLimits(from: Application): Application {
  const services = from.services.map(({ localRateLimit: _in, connectionPool: _out, ...service }) => service);
  return { ...from, services };
}

/** One of its workloads is known and is not there. Without outlier detection, which would leave it out after a while. */
export const half = service({
  name: "half",
  namespace: DRILLS,
  port: 8080,
  access: [{ namespaces: [DRILLS] }],
  retries: { attempts: 2, on: ["connect-failure"] },
});

/** That workload. */
export const DEAD = {
  apiVersion: "networking.istio.io/v1",
  kind: "WorkloadEntry",
  metadata: { name: "half-dead", namespace: DRILLS },
  spec: {
    address: "127.0.0.1",
    labels: { app: half.name },
    serviceAccount: half.name,
    // Nobody who has no privileges listens there.
    ports: { http: 1 },
  },
} as const;
