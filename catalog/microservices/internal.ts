import { service, type ServiceArgs } from "../../istio/intent";
import { allAtV1, INTERNAL_GATEWAY, NAMESPACE, of, resilience } from "./names";

/** What no workload has begun to answer may be repeated, whatever the method. */
const UNSEEN = { on: ["connect-failure", "refused-stream"], methods: "all" } as const;
/** A failed answer, too, but for methods that would write twice. */
const FAILED = { on: ["gateway-error", "connect-failure", "refused-stream"] } as const;

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
    retries: { attempts: 1, perTryTimeout: "2s", ...FAILED },
  }),
  internalService("user-service", ["api-gateway", "auth-service", "order-service", "notification-service"], {
    timeout: "10s",
    retries: { attempts: 3, perTryTimeout: "2s", ...FAILED },
  }),
  internalService("product-service", ["api-gateway", "order-service", INTERNAL_GATEWAY], {
    timeout: "10s",
    retries: { attempts: 3, perTryTimeout: "2s", ...FAILED },
    // The next version sees a tenth of the requests, and nobody waits for what it answers.
    mirror: { to: { version: "v2" }, percent: 10 },
  }),
  internalService("order-service", ["api-gateway"], {
    timeout: "20s",
    retries: { attempts: 2, perTryTimeout: "6s", ...UNSEEN },
  }),
  internalService("payment-service", ["order-service"], {
    timeout: "30s",
    // A card is not charged twice because an answer was late.
    retries: { attempts: 1, perTryTimeout: "15s", ...UNSEEN },
  }),
  internalService("notification-service", ["order-service", "payment-service", "user-service"], {
    timeout: "10s",
    retries: { attempts: 2, perTryTimeout: "3s", ...UNSEEN },
  }),
];
