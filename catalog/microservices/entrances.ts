import { service, type FaultInjection } from "../../istio/intent";
import { allAtV1, GATEWAY, INTERNAL_GATEWAY, NAMESPACE, of, resilience } from "./names";

/**
 * Faults to try how clients bear them. They stand in no service; to switch them on, add `faults: faultDrill` to one.
 */
export const faultDrill: readonly FaultInjection[] = [
  {
    name: "drill",
    delay: { percent: 0.1, duration: "5s" },
    abort: { percent: 0.1, status: 500 },
  },
];

/** Health is asked for from anywhere, with or without an identity: it tells nothing that is not public. */
const health = { methods: ["GET", "HEAD"], paths: ["/health", "/health/*"] };

/** The two services that clients come in by. */
export const entrances = [
  service({
    name: "api-gateway",
    namespace: NAMESPACE,
    port: 8080,
    // The phase is the number in rollouts.yaml: 10, 25, 50, 75, 100.
    rollout: { stable: "v1", canary: "v2" },
    timeout: "30s",
    retries: { attempts: 3, perTryTimeout: "7s", on: ["gateway-error", "connect-failure", "refused-stream"] },
    globalRateLimits: [
      { name: "per-user", perHeader: "x-user-id", path: { prefix: "/api" }, requests: 60, per: "minute" },
    ],
    mtls: "PERMISSIVE",
    // Whoever comes: a user is known by the token that auth-service gives, not by where he calls from.
    access: [{ paths: ["/api/*"] }, { from: [GATEWAY, INTERNAL_GATEWAY, of("frontend")] }, health],
    ...resilience,
  }),
  service({
    name: "frontend",
    namespace: NAMESPACE,
    port: 80,
    targetPort: 8080,
    versions: allAtV1,
    experiments: [
      { name: "version-b", match: { cookies: { experiment: "version-b" } }, to: { version: "v2" } },
      { name: "premium", match: { headers: { "x-user-tier": "premium" } }, to: { version: "v2" } },
    ],
    timeout: "15s",
    retries: { attempts: 2, perTryTimeout: "5s", on: ["gateway-error", "connect-failure", "refused-stream"] },
    mtls: "PERMISSIVE",
    // Pages and their health are read by anybody; only what comes by the gateway may write.
    access: [{ methods: ["GET", "HEAD"] }, { from: [GATEWAY] }],
    ...resilience,
  }),
];
