import { gateway, type SeededFault } from "./fault";

const LONG = "a".repeat(64);

const destinationRule = (name: string, spec: string): string => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name}, namespace: shops }
spec: ${spec}
`;

/** Faults in gateways, external services, ports, proxies and names. */
export const edgeFaults: readonly SeededFault[] = [
  {
    code: "GM301",
    name: "a host on the same port and workloads of two Gateways",
    yaml: gateway(
      "{ selector: { istio: ingressgateway }, servers: [{ port: { number: 443, name: https, protocol: HTTPS }, tls: { mode: SIMPLE, credentialName: b }, hosts: [shop.example.com] }] }",
    ),
  },
  {
    code: "GM301",
    name: "a host twice in one Gateway",
    yaml: gateway(
      "{ selector: { istio: internal }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [a.example.com] }, { port: { number: 80, name: http-b, protocol: HTTP }, hosts: [b.example.com, a.example.com] }] }",
    ),
  },
  {
    code: "GM302",
    name: "every host on an ingress gateway",
    yaml: gateway(
      '{ selector: { istio: internal }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }',
    ),
  },
  {
    code: "GM303",
    name: "AUTO_PASSTHROUGH on an ingress gateway",
    yaml: gateway(
      '{ selector: { istio: internal }, servers: [{ port: { number: 15443, name: tls, protocol: TLS }, tls: { mode: AUTO_PASSTHROUGH }, hosts: ["*.local"] }] }',
    ),
  },
  {
    code: "GM304",
    name: "a VirtualService on a Gateway of another name",
    yaml: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop-public, namespace: shops }
spec: { hosts: [shop.example.com], gateways: [publik], http: [{ route: [{ destination: { host: cart } }] }] }
`,
  },
  {
    code: "GM305",
    name: "a VirtualService for a host that its Gateway does not serve",
    yaml: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop-public, namespace: shops }
spec: { hosts: [shop.example.org], gateways: [public], http: [{ route: [{ destination: { host: cart } }] }] }
`,
  },
  {
    code: "GM601",
    name: "TLS origination without an authority",
    yaml: destinationRule("bank", "{ host: api.bank.example.com, trafficPolicy: { tls: { mode: SIMPLE } } }"),
  },
  {
    code: "GM602",
    name: "TLS origination that checks nothing",
    yaml: destinationRule(
      "bank",
      "{ host: api.bank.example.com, trafficPolicy: { tls: { mode: SIMPLE, caCertificates: /ca.crt, insecureSkipVerify: true } } }",
    ),
  },
  {
    code: "GM603",
    name: "a port of a Service with a name that says no protocol",
    yaml: `
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shops }
spec: { selector: { app: cart }, ports: [{ name: web, port: 80 }] }
`,
  },
  {
    code: "GM603",
    name: "a port of a ServiceEntry without a protocol",
    yaml: `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: bank, namespace: shops }
spec: { hosts: [api.bank.example.com], location: MESH_EXTERNAL, resolution: DNS, ports: [{ number: 443, name: web }] }
`,
  },
  {
    code: "GM603",
    name: "a server of a Gateway without a protocol",
    yaml: gateway(
      "{ selector: { istio: internal }, servers: [{ port: { number: 80, name: web }, hosts: [a.example.com] }] }",
    ),
  },
  {
    code: "GM701",
    name: "an EnvoyFilter by hand",
    yaml: `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: tuning, namespace: shops }
spec: { workloadSelector: { labels: { app: cart } }, configPatches: [] }
`,
  },
  {
    code: "GM801",
    name: "a label of 64 characters",
    yaml: `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shops, labels: { team: ${LONG} } }
spec: { egress: [{ hosts: ["./*"] }] }
`,
  },
  {
    code: "GM801",
    name: "a host with a part of 64 characters",
    yaml: `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: long, namespace: shops }
spec: { hosts: [${LONG}.example.com], location: MESH_EXTERNAL, resolution: DNS, ports: [{ number: 443, name: tls, protocol: TLS }] }
`,
  },
  {
    code: "GM802",
    name: "an object's name of 64 characters",
    yaml: `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: ${LONG}, namespace: shops }
spec: { egress: [{ hosts: ["./*"] }] }
`,
  },
];
