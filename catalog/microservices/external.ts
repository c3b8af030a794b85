import { externalService } from "../../istio/intent";
import { NAMESPACE, of } from "./names";

/** Services of others: the proxy opens TLS and checks who answers, so workloads speak plain HTTP inside their pod. */
export const externalServices = [
  externalService({
    name: "payment-provider",
    namespace: NAMESPACE,
    hosts: ["api.stripe.com"],
    ports: [],
    tls: {},
    callers: [of("payment-service")],
    timeout: "10s",
  }),
  externalService({
    name: "mail-provider",
    namespace: NAMESPACE,
    hosts: ["api.sendgrid.com"],
    ports: [],
    tls: {},
    callers: [of("notification-service")],
    timeout: "10s",
  }),
];
