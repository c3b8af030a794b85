import { application } from "../../istio/intent";
import { entrances } from "./entrances";
import { externalServices } from "./external";
import { gateways } from "./gateways";
import { internal } from "./internal";
import { NAMESPACE } from "./names";

/**
 * Eight services of a shop: two that clients come in by, six that only each other may call. STRICT mutual TLS
 * inside; the two entrances take plaintext as well, from clients of the network that have no proxy.
 */
export const microservices = application({
  name: "microservices",
  namespaces: [{ name: NAMESPACE, mtls: "STRICT", defaultDeny: true }],
  gateways,
  services: [...entrances, ...internal],
  externalServices,
  rateLimitService: { address: "ratelimit.istio-system.svc.cluster.local:8081" },
  telemetry: [
    {
      name: "microservices",
      scope: { namespace: NAMESPACE },
      // What probes and monitors ask all day long says nothing about users.
      accessLog: { filter: '!request.url_path.startsWith("/health")' },
      metrics: { providers: ["prometheus"] },
      tracing: { samplingPercent: 10 },
    },
  ],
});
