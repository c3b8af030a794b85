import { service, type ServiceArgs } from "../../istio/intent";
import { allAtV1, INTERNAL_GATEWAY, NAMESPACE, of, resilience } from "./names";

/** What was not worked on may be repeated, whatever the method; anything else only where nothing is written twice. */
const SAFE = ["connect-failure", "refused-stream"] as const;
const READ = ["gateway-error", "connect-failure", "refused-stream"] as const;

/**
 * A service that only others of the shop call, by name. Its health is asked for by all of them; the kubelet's probes
 * go by the proxy's agent and meet no policy.
 */
function internalService(
  name: string,
  callers: readonly string[],
  args: Pick<ServiceArgs, "mirror" | "retries" | "timeout">,
) {
  return service({
    name,
    namespace: NAMESPACE,
    port: 8080,
    versions: allAtV1,
    access: [
      { from: callers.map((caller) => (caller.includes("/") ? caller : of(caller))) },
      { namespaces: [NAMESPACE], methods: ["GET", "HEAD"], paths: ["/health", "/health/*"] },
    ],
    ...resilience,
    ...args,
  });
}

/** The six services behind the entrances. */
export const internal = [
  internalService("auth-service", ["api-gateway", "frontend"], {
    timeout: "5s",
    retries: { attempts: 1, perTryTimeout: "2s", on: READ },
  }),
  internalService("user-service", ["api-gateway", "auth-service", "order-service", "notification-service"], {
    timeout: "10s",
    retries: { attempts: 3, perTryTimeout: "2s", on: READ },
  }),
  internalService("product-service", ["api-gateway", "order-service", INTERNAL_GATEWAY], {
    timeout: "10s",
    retries: { attempts: 3, perTryTimeout: "2s", on: READ },
    // The next version sees a tenth of the requests, and nobody waits for what it answers.
    mirror: { to: { version: "v2" }, percent: 10 },
  }),
  internalService("order-service", ["api-gateway"], {
    timeout: "20s",
    retries: { attempts: 2, perTryTimeout: "6s", on: SAFE },
  }),
  internalService("payment-service", ["order-service"], {
    timeout: "30s",
    // A card is not charged twice because an answer was late.
    retries: { attempts: 1, perTryTimeout: "15s", on: SAFE },
  }),
  internalService("notification-service", ["order-service", "payment-service", "user-service"], {
    timeout: "10s",
    retries: { attempts: 2, perTryTimeout: "3s", on: SAFE },
  }),
];
