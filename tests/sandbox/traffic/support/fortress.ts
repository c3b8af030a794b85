import { application, service, type Application, type Service } from "../../../../istio/intent";
import type { KubeObject } from "../../../../sandbox/kube";
import { TokenIssuer } from "./tokens";

/** Two who issue tokens; the partner's count at one service only. */
export const STAFF = new TokenIssuer("https://staff.example.com");
export const PARTNER = new TokenIssuer("https://partner.example.com");

const ORDERS = service({
  name: "orders",
  namespace: "shop",
  port: 8080,
  jwt: [STAFF, PARTNER].map(({ name, jwks }) => ({ issuer: name, jwks })),
  access: [
    { from: ["front/web"], methods: ["GET"], paths: ["/api/*", "/health"] },
    { namespaces: ["ops"], methods: ["GET", "DELETE"] },
    { token: { claims: { role: ["admin"] } }, paths: ["/admin", "/admin/*"] },
    {
      from: ["front/*"],
      methods: ["POST"],
      paths: ["/api/*"],
      token: { principals: [`${PARTNER.name}/*`] },
    },
    { methods: ["GET"], paths: ["*/health"] },
  ],
  deny: [
    {
      name: "admin",
      paths: ["/admin", "/admin/*"],
      exceptNamespaces: ["ops"],
      exceptToken: { claims: { role: ["admin"] } },
    },
    { name: "removal", methods: ["DELETE"], exceptFrom: ["ops/cron"] },
  ],
});

const BOARD = service({
  name: "board",
  namespace: "open",
  port: 8080,
  jwt: [{ issuer: STAFF.name, jwks: STAFF.jwks }],
  deny: [
    { name: "admin", paths: ["/admin", "/admin/*"], exceptNamespaces: ["ops"] },
    { name: "writes", methods: ["POST", "DELETE"], exceptToken: { claims: { role: ["adm*"] } } },
  ],
});

/** Said nothing about, in a namespace that is closed to whom nothing is said about. */
const FORGOTTEN = service({ name: "forgotten", namespace: "shop", port: 8080 });
/** Said nothing about, in a namespace that is open. */
const FREE = service({ name: "free", namespace: "open", port: 8080 });

/** Those who are called. */
export const SERVERS: readonly Service[] = [ORDERS, BOARD, FORGOTTEN, FREE];

const calls = SERVERS.map(({ namespace, name }) => `${namespace}/${name}`);
const caller = (namespace: string, name: string): Service =>
  service({ name, namespace, port: 8080, access: [], calls });

/** Those who call, each with an identity of its own. */
export const CALLERS: readonly Service[] = [
  caller("front", "web"),
  caller("front", "batch"),
  caller("ops", "cron"),
];

/** Plaintext is let in, so that a caller without identity is refused by authorization or by nothing. */
export const fortress: Application = application({
  name: "fortress",
  namespaces: [
    { name: "shop", mtls: "PERMISSIVE", defaultDeny: true },
    { name: "open", mtls: "PERMISSIVE" },
    { name: "front" },
    { name: "ops" },
  ],
  services: [...SERVERS, ...CALLERS],
});

/** The same without a word of who may do what. */
export const openFortress: Application = {
  ...fortress,
  namespaces: fortress.namespaces.map(({ name, mtls }) => ({
    name,
    ...(mtls === undefined ? {} : { mtls }),
  })),
  services: fortress.services.map(({ access: _access, deny: _deny, ...rest }) => rest),
};

/** A workload without a proxy, and so without an identity. */
export const STRANGER: KubeObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "stranger", namespace: "default", labels: { app: "stranger" } },
  spec: { containers: [{ name: "app", image: "global-mesh-sandbox-app:1" }] },
};
