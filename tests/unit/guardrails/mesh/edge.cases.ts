import { token } from "../../../../guardrails/rules/mesh/kinds";
import type { Cases, RuleCase } from "../support/cases";
import { DEPLOYMENT, FIRST, NETWORKING, object } from "./support/objects";

type Own = Pick<RuleCase, "mutate" | "says" | "absent"> & { configured?: RuleCase["configured"] };

/** A case on an object of its own; without a setting of the rule, it is left out by name. */
function onObject(good: Readonly<Record<string, unknown>>, one: Own): RuleCase {
  return {
    on: token(String(good["apiVersion"]), String(good["kind"])),
    good,
    configured: { settings: { except: ["sample"] }, change: one.mutate },
    ...one,
  };
}

const GATEWAY = object(NETWORKING, "Gateway", {
  spec: {
    selector: { istio: "ingressgateway" },
    servers: [
      {
        port: { number: 443, name: "https", protocol: "HTTPS" },
        hosts: ["api.example.com"],
        tls: { mode: "SIMPLE", credentialName: "api" },
      },
    ],
  },
});

const REDIRECTING = object(NETWORKING, "Gateway", {
  spec: {
    selector: { istio: "ingressgateway" },
    servers: [
      {
        port: { number: 80, name: "http", protocol: "HTTP" },
        hosts: ["api.example.com"],
        tls: { httpsRedirect: true },
      },
    ],
  },
});

const LOAD_BALANCER = object("v1", "Service", {
  spec: {
    type: "LoadBalancer",
    selector: { app: "app" },
    ports: [{ name: "http", port: 80 }],
    loadBalancerSourceRanges: ["203.0.113.0/24"],
  },
});

export const edgeCases: Cases = {
  "istio-gateway-hosts": onObject(GATEWAY, {
    mutate: { "spec.servers[0].hosts": ["*"] },
    says: /^spec\.servers\[0\]\.hosts: got "\*"/,
    absent: { change: { "spec.servers[0].hosts": undefined } },
  }),
  "istio-gateway-plaintext": onObject(REDIRECTING, {
    mutate: { "spec.servers[0].tls.httpsRedirect": false },
    says: /^spec\.servers\[0\]\.tls\.httpsRedirect: got (false|nothing); allowed is true for HTTP/,
    absent: { change: { "spec.servers[0].tls": undefined }, says: /got nothing/ },
  }),
  "istio-gateway-tls-version": onObject(GATEWAY, {
    mutate: { "spec.servers[0].tls.minProtocolVersion": "TLSV1_1" },
    says: /^spec\.servers\[0\]\.tls\.minProtocolVersion: got "TLSV1_1"; allowed is TLSV1_2 or later/,
    absent: { change: { "spec.servers[0].tls.minProtocolVersion": undefined } },
    configured: { settings: { minimum: "TLSV1_3" }, says: /got nothing; allowed is TLSV1_3 or later/ },
  }),
  "istio-egress-wildcard": onObject(
    object(NETWORKING, "ServiceEntry", {
      spec: {
        hosts: ["*.example.com"],
        location: "MESH_EXTERNAL",
        resolution: "DYNAMIC_DNS",
        ports: [{ number: 443, name: "tls", protocol: "TLS" }],
      },
    }),
    {
      mutate: { "spec.resolution": "NONE" },
      says: /^spec\.hosts: got "\*\.example\.com"/,
      absent: { change: { "spec.resolution": undefined, "spec.location": undefined }, says: /got "\*/ },
    },
  ),
  "istio-egress-registry": onObject(
    object(NETWORKING, "Sidecar", { spec: { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } } }),
    {
      mutate: { "spec.outboundTrafficPolicy.mode": "ALLOW_ANY" },
      says: /^spec\.outboundTrafficPolicy\.mode: got "ALLOW_ANY"/,
      // What the mesh says then holds, which no single object shows.
      absent: { change: { "spec.outboundTrafficPolicy": undefined } },
    },
  ),
  "istio-envoy-filter": onObject(
    object("networking.istio.io/v1alpha3", "EnvoyFilter", {
      spec: { workloadSelector: { labels: { app: "app" } }, configPatches: [] },
    }),
    {
      mutate: { "spec.workloadSelector": undefined },
      says: /^(spec\.workloadSelector: got nothing|metadata\.name: got "apps\/sample")/,
      absent: { change: { "spec.workloadSelector": undefined }, says: /got nothing/ },
      configured: {
        // The catalog's own filter stands in that namespace.
        settings: { listed: true, allowed: ["production/*"] },
        says: /got "apps\/sample"; allowed is production/,
      },
    },
  ),
  "istio-wasm-pinned": onObject(
    object("extensions.istio.io/v1alpha1", "WasmPlugin", {
      spec: { url: "oci://registry.example.com/plugin:1.0", sha256: "0".repeat(64) },
    }),
    {
      mutate: { "spec.sha256": "" },
      says: /^spec\.sha256: got (""|nothing); allowed is the checksum of oci:/,
      absent: { change: { "spec.sha256": undefined }, says: /got nothing/ },
    },
  ),
  "istio-control-plane-checks": onObject(DEPLOYMENT, {
    mutate: { [`${FIRST}.env`]: [{ name: "PILOT_SKIP_VALIDATE_TRUST_DOMAIN", value: "true" }] },
    says: /containers\[0\]\.env\[0\] \(PILOT_SKIP_VALIDATE_TRUST_DOMAIN\): got "true"/,
    absent: { change: { [`${FIRST}.env`]: undefined } },
  }),
  "kubernetes-external-addresses": onObject(LOAD_BALANCER, {
    mutate: { "spec.externalIPs": ["198.51.100.7"] },
    says: /^spec\.externalIPs: got \["198\.51\.100\.7"\]/,
    absent: { change: { "spec.externalIPs": undefined } },
  }),
  "kubernetes-public-service": onObject(LOAD_BALANCER, {
    mutate: { "spec.loadBalancerSourceRanges": [] },
    says: /^spec\.type: got "LoadBalancer"/,
    absent: { change: { "spec.loadBalancerSourceRanges": undefined }, says: /got "LoadBalancer"/ },
  }),
  "kubernetes-network-policy-open": onObject(
    object("networking.k8s.io/v1", "NetworkPolicy", {
      spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] },
    }),
    {
      mutate: { "spec.ingress": [{}] },
      says: /^spec\.ingress\[0\]: got \{\}/,
      // Without a rule nobody is let in.
      absent: { change: { "spec.ingress": undefined } },
    },
  ),
};
