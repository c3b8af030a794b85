import { CONTAINER, DEPLOYMENT, NETWORKING, RBAC, SECURITY, object, resource } from "./objects";

type Fields = Readonly<Record<string, unknown>>;

export const destinationRule = (spec: Fields) => resource(object(NETWORKING, "DestinationRule", { spec }));
export const policy = (spec: Fields, namespace = "apps") =>
  resource(object(SECURITY, "AuthorizationPolicy", { spec }, namespace));
export const gateway = (server: Fields, selector: Fields = { istio: "ingressgateway" }) =>
  resource(
    object(NETWORKING, "Gateway", { spec: { selector, servers: [{ hosts: ["a.example.com"], ...server }] } }),
  );
export const routes = (...http: readonly Fields[]) =>
  resource(object(NETWORKING, "VirtualService", { spec: { hosts: ["a.example.com"], http } }));
export const service = (spec: Fields, namespace = "apps") =>
  resource(object("v1", "Service", { spec }, namespace));
export const role = (rule: Fields) =>
  resource({ apiVersion: RBAC, kind: "ClusterRole", metadata: { name: "r" }, rules: [rule] });
export const pod = (spec: Fields) =>
  resource({ ...DEPLOYMENT, spec: { template: { metadata: { labels: { app: "app" } }, spec } } });
export const meshNamespace = resource(
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "apps", labels: { "istio.io/rev": "canary" } } },
  "apps",
);
export const strict = resource(
  object(SECURITY, "PeerAuthentication", { spec: { mtls: { mode: "STRICT" } } }, "istio-system"),
  "mesh",
);
export const CONTEXT = CONTAINER["securityContext"] as Fields;
export const BACKEND = { destination: { host: "b.example.com" } };
export const local = { enabled: true, failover: [{ from: "eastus", to: "westeurope" }] };
export const token = { jwtRules: [{ issuer: "i", jwksUri: "https://i.example.com" }] };
export const authentication = resource(object(SECURITY, "RequestAuthentication", { spec: token }));
export const from = (source: Fields) => ({ rules: [{ from: [{ source }] }] });
export const linkerdInit = (image: string): Fields => ({
  serviceAccountName: "app",
  containers: [CONTAINER],
  initContainers: [
    {
      ...CONTAINER,
      name: "linkerd-init",
      image,
      securityContext: { ...CONTEXT, capabilities: { add: ["NET_ADMIN", "NET_RAW"] } },
    },
  ],
});
