import { z } from "zod";
import { movingCode, openEntries, unregisteredHosts, widePatches } from "../../../istio/rules/egress";
import { at, covers, isUnknown } from "../../../istio/rules/fields";
import { everyHost, oldTls, plaintextServers, TLS_VERSIONS } from "../../../istio/rules/gateway";
import { unsafeIstiod } from "../../../istio/rules/identity";
import { containers } from "../../../istio/rules/kubernetes/pods";
import { claimedAddresses, openPolicies, publicAddress } from "../../../istio/rules/kubernetes/services";
import type { Rule } from "../../rule";
import { names, objectRule, podRule, specRule } from "./define";
import { cis, istio, kubeLinter, NSA, practice } from "./sources";

/** Rules over what comes into the mesh, goes out of it, and reaches into the proxies. */
export const edgeRules: readonly Rule[] = [
  specRule({
    id: "istio-gateway-hosts",
    title: "A Gateway names the hosts that it serves",
    why: "With * every VirtualService of every namespace can put itself behind the gateway's address.",
    fix: "Name the hosts, or *.domain; a namespace in front (team/host) says whose routes may use them.",
    level: "mandatory",
    sources: [practice("Avoid overly broad hosts configurations", "avoid-overly-broad-hosts-configurations")],
    kinds: ["Gateway"],
    find: everyHost,
  }),
  specRule({
    id: "istio-gateway-plaintext",
    title: "A Gateway sends plaintext requests to HTTPS",
    why: "What clients send in plaintext, cookies and tokens too, can be read on the way.",
    fix: "Set tls.httpsRedirect: true on the server, or serve HTTPS only.",
    level: "advisory",
    sources: [istio("Gateway", "reference/config/networking/gateway/"), NSA],
    kinds: ["Gateway"],
    find: plaintextServers,
  }),
  specRule({
    id: "istio-gateway-tls-version",
    title: "A Gateway speaks no TLS older than 1.2",
    why: "Older versions have been broken and withdrawn (RFC 8996).",
    fix: "Set tls.minProtocolVersion to TLSV1_2 or later, or leave it out.",
    level: "mandatory",
    sources: [
      istio("ServerTLSSettings", "reference/config/networking/gateway/#ServerTLSSettings"),
      { title: "RFC 8996, Deprecating TLS 1.0 and TLS 1.1", url: "https://www.rfc-editor.org/rfc/rfc8996" },
    ],
    kinds: ["Gateway"],
    settings: z.strictObject({
      minimum: z.enum(TLS_VERSIONS).default("TLSV1_2").describe("Oldest version that is allowed."),
    }),
    find: (spec, { minimum }) => oldTls(spec, minimum),
  }),
  specRule({
    id: "istio-egress-wildcard",
    title: "A wildcard host outside the mesh does not go to whatever address the caller names",
    why: "A workload may then reach any address under a name that it is allowed to call.",
    fix: "Name the hosts, or set resolution: DYNAMIC_DNS so that the proxy looks the name up itself.",
    level: "mandatory",
    sources: [
      istio("ServiceEntry", "reference/config/networking/service-entry/"),
      practice("Securing egress traffic", "understand-traffic-capture-limitations"),
    ],
    kinds: ["ServiceEntry"],
    find: openEntries,
  }),
  specRule({
    id: "istio-egress-registry",
    title: "A Sidecar does not open the way to unknown hosts",
    why: "ALLOW_ANY lets workloads send data to hosts that nobody has entered.",
    fix: "Set outboundTrafficPolicy.mode to REGISTRY_ONLY and enter the hosts as ServiceEntries.",
    level: "advisory",
    sources: [
      istio("Accessing external services", "tasks/traffic-management/egress/egress-control/"),
      practice("Understand traffic capture limitations", "understand-traffic-capture-limitations"),
    ],
    kinds: ["Sidecar"],
    find: unregisteredHosts,
  }),
  objectRule({
    id: "istio-envoy-filter",
    title: "Envoy's own configuration is changed for named workloads only",
    why: "An EnvoyFilter can take every policy away; without a selector it does so for a namespace, or the mesh.",
    fix: "Add workloadSelector or targetRefs, use Istio's own objects, or list the filter in the setting allowed.",
    level: "mandatory",
    sources: [istio("EnvoyFilter", "reference/config/networking/envoy-filter/")],
    kinds: ["EnvoyFilter"],
    settings: z.strictObject({
      allowed: names("Filters that have been agreed, as namespace/name; namespace/* for all of one."),
      listed: z.boolean().default(false).describe("Whether those with a selector must be listed as well."),
    }),
    find: (filter, { allowed, listed }) => {
      const name = ["namespace", "name"].map((key) => at(filter, "metadata", key));
      if (name.some(isUnknown) || covers(allowed, name.map(String).join("/"))) return [];
      return listed
        ? [{ setting: "metadata.name", value: name.join("/"), allowed: allowed.join(", ") || "none" }]
        : widePatches(filter["spec"]);
    },
  }),
  specRule({
    id: "istio-wasm-pinned",
    title: "Code that is loaded into proxies is pinned by its checksum",
    why: "Whoever can write to the registry otherwise changes what runs in every proxy.",
    fix: "Set sha256, or end the address in @sha256:….",
    level: "advisory",
    sources: [istio("WasmPlugin", "reference/config/proxy_extensions/wasm-plugin/")],
    kinds: ["WasmPlugin"],
    find: movingCode,
  }),
  podRule({
    id: "istio-control-plane-checks",
    title: "istiod leaves none of its checks out",
    why: "These variables make it believe callers, kubeconfigs or certificates without looking.",
    fix: "Take the variable out of istiod's environment (chart: pilot.env).",
    level: "mandatory",
    sources: [
      istio("pilot-discovery, environment variables", "reference/commands/pilot-discovery/#envvars"),
      practice(
        "Configure third party service account tokens",
        "configure-third-party-service-account-tokens",
      ),
    ],
    find: (pod) =>
      containers(pod).flatMap(({ setting, value }) => unsafeIstiod(`${setting}.env`, value["env"])),
  }),
  objectRule({
    id: "kubernetes-external-addresses",
    title: "A Service does not claim addresses by itself",
    why: "With externalIPs whoever may write a Service takes over traffic to any address (CVE-2020-8554).",
    fix: "Take externalIPs out and use type LoadBalancer or a Gateway.",
    level: "mandatory",
    sources: [
      { title: "Kubernetes, CVE-2020-8554", url: "https://github.com/kubernetes/kubernetes/issues/97076" },
      {
        title: "Azure Policy, Kubernetes cluster services should only use allowed external IPs",
        url: "https://learn.microsoft.com/azure/aks/policy-reference",
      },
    ],
    kinds: ["Service"],
    find: claimedAddresses,
  }),
  objectRule({
    id: "kubernetes-public-service",
    title: "Workloads are reached from outside through a gateway",
    why: "A public address of the workload itself stands beside the mesh: no policy, no TLS, no route of its applies.",
    fix: "Make it ClusterIP behind a Gateway, or internal, or narrow it with loadBalancerSourceRanges.",
    level: "advisory",
    sources: [
      kubeLinter("exposed-services"),
      {
        title: "Azure Policy, Kubernetes clusters should use internal load balancers",
        url: "https://learn.microsoft.com/azure/aks/policy-reference",
      },
    ],
    kinds: ["Service"],
    find: publicAddress,
  }),
  specRule({
    id: "kubernetes-network-policy-open",
    title: "A NetworkPolicy does not let everybody in to a whole namespace",
    why: "Policies add up: one that allows everything takes the effect of all others away.",
    fix: "Give the ingress rule from or ports, or narrow podSelector to the pods that are meant.",
    level: "advisory",
    sources: [cis("4.4.2"), NSA],
    kinds: ["NetworkPolicy"],
    find: openPolicies,
  }),
];
