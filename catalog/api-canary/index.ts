import { application, service } from "../../istio/intent";

/**
 * The example that either mesh runs: a tenth of the requests goes to the second version. With Istio it takes one
 * Kubernetes Service `api-service`; Linkerd splits over `api-service-v1` and `api-service-v2` beside it.
 */
export const apiCanary = application({
  name: "api-canary",
  namespaces: [{ name: "api", mtls: "STRICT" }],
  otherCallers: ["api/frontend"],
  services: [
    service({
      name: "api-service",
      namespace: "api",
      port: 80,
      targetPort: 8080,
      versions: { v1: 90, v2: 10 },
      timeout: "10s",
      access: [{ from: ["api/frontend"] }],
    }),
  ],
});
