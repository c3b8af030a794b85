import { token } from "../../../../guardrails/rules/mesh/kinds";
import type { Cases } from "../support/cases";
import type { Subject } from "../../../../guardrails/rule";
import { NETWORKING, SECURITY, object } from "./support/objects";

const PEER_AUTHENTICATION = token(SECURITY, "PeerAuthentication");
const DESTINATION_RULE = token(NETWORKING, "DestinationRule");
const POLICY = "production/PeerAuthentication/default";
const RULE = "production/DestinationRule/ai-agent";

const withoutPolicy = (subjects: readonly Subject[]) => subjects.filter(({ name }) => name !== POLICY);

export const mtlsCases: Cases = {
  "istio-mtls-strict": {
    on: PEER_AUTHENTICATION,
    name: POLICY,
    mutate: { "spec.mtls.mode": "PERMISSIVE" },
    says: /^spec\.mtls\.mode: got "(PERMISSIVE|DISABLE)"; allowed is STRICT/,
    // Nothing said is inherited; that something is said at all is a rule of its own.
    absent: { change: { "spec.mtls": undefined } },
    configured: { settings: { permissive: ["production/*"] }, change: { "spec.mtls.mode": "DISABLE" } },
  },
  "istio-mtls-port": {
    on: PEER_AUTHENTICATION,
    name: POLICY,
    mutate: { "spec.portLevelMtls.9090.mode": "DISABLE" },
    says: /^spec\.portLevelMtls\.9090\.mode: got "DISABLE"/,
    absent: { change: { "spec.portLevelMtls.9090.mode": undefined } },
    configured: { settings: { disabled: [9090] }, change: { "spec.portLevelMtls.9090.mode": "DISABLE" } },
  },
  "istio-mtls-client": {
    on: DESTINATION_RULE,
    name: RULE,
    mutate: { "spec.trafficPolicy.tls.mode": "SIMPLE", "spec.trafficPolicy.tls.caCertificates": "/ca.pem" },
    says: /^spec\.trafficPolicy\.tls\.mode: got "(SIMPLE|DISABLE)"; allowed is ISTIO_MUTUAL/,
    // tls without a mode is DISABLE.
    absent: {
      change: { "spec.trafficPolicy.tls": {} },
      says: /^spec\.trafficPolicy\.tls\.mode: got "DISABLE"/,
    },
    configured: { settings: { meshSuffixes: [] }, change: { "spec.trafficPolicy.tls.mode": "DISABLE" } },
  },
  "istio-tls-verified": {
    on: DESTINATION_RULE,
    good: object(NETWORKING, "DestinationRule", {
      spec: {
        host: "api.example.com",
        trafficPolicy: { tls: { mode: "SIMPLE", caCertificates: "/etc/ca.pem" } },
      },
    }),
    mutate: { "spec.trafficPolicy.tls.insecureSkipVerify": true },
    says: /^spec\.trafficPolicy\.tls\.insecureSkipVerify: got true/,
    // The proxy then takes the authorities of the operating system.
    absent: { change: { "spec.trafficPolicy.tls.caCertificates": undefined } },
    configured: {
      settings: { needsCaCertificates: true },
      change: { "spec.trafficPolicy.tls.caCertificates": undefined },
      says: /^spec\.trafficPolicy\.tls\.caCertificates: got nothing/,
    },
  },
  "istio-mtls-everywhere": {
    on: token("v1", "Namespace"),
    name: "namespace-production",
    mutate: withoutPolicy,
    says: /^Namespace production: PeerAuthentication: got nothing; allowed is one with mtls\.mode STRICT/,
    absent: { change: withoutPolicy, says: /^Namespace production/ },
    configured: { settings: { elsewhere: true }, change: withoutPolicy },
  },
};
