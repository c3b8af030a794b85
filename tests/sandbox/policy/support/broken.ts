import type { Application, ServiceArgs } from "../../../../istio/intent";
import { application, externalService, gateway, service, telemetry } from "../../../../istio/intent";
import { NETWORKING_V1 } from "../../../../istio/model";

/** A fault that a user may write, and what it would become if we let it pass. */
export interface Broken {
  readonly title: string;
  readonly application: Application;
  /** The setting that we name. */
  readonly setting: string;
  /** What the server would have been asked. */
  readonly object: object;
}

const NAMESPACE = "shops";
const metadata = { name: "shop", namespace: NAMESPACE };

function shop(said: Partial<ServiceArgs>): Application {
  return application({
    name: "shops",
    namespaces: [{ name: NAMESPACE }],
    services: [service({ name: "shop", namespace: NAMESPACE, port: 80, globalHost: "shop.global", ...said })],
  });
}

const host = { host: "shop.global" };
const virtualService = (http: object): object => ({
  apiVersion: NETWORKING_V1,
  kind: "VirtualService",
  metadata,
  spec: { hosts: ["shop.global"], http: [{ route: [{ destination: host }], ...http }] },
});
const destinationRule = (trafficPolicy: object): object => ({
  apiVersion: NETWORKING_V1,
  kind: "DestinationRule",
  metadata,
  spec: { ...host, trafficPolicy },
});
const security = (kind: string, spec: object): object => ({
  apiVersion: "security.istio.io/v1",
  kind,
  metadata,
  spec: { selector: { matchLabels: { app: "shop" } }, ...spec },
});
const serviceEntry = (spec: object): object => ({
  apiVersion: NETWORKING_V1,
  kind: "ServiceEntry",
  metadata,
  spec: {
    hosts: ["shop.global"],
    ports: [{ number: 80, name: "http", protocol: "HTTP" }],
    resolution: "STATIC",
    workloadSelector: { labels: { app: "shop" } },
    ...spec,
  },
});
const locality = (setting: object): object =>
  destinationRule({ loadBalancer: { localityLbSetting: { enabled: true, ...setting } } });
const placed = (rest: Partial<Application>): Application =>
  application({ name: "shops", namespaces: [{ name: NAMESPACE }], ...rest });

const SERVICE = "applications.shops.services.shop";

/** Faults that the API server, its CEL rules or istiod's webhook refuse; the regions are eastus and westeurope. */
export const BROKEN: readonly Broken[] = [
  {
    title: "a negative weight",
    application: shop({ versions: { v1: 120, v2: -20 } }),
    setting: `${SERVICE}.versions.v2`,
    object: virtualService({
      route: [
        { destination: { ...host, subset: "v1" }, weight: 120 },
        { destination: { ...host, subset: "v2" }, weight: -20 },
      ],
    }),
  },
  {
    title: "locality shares that do not sum to 100",
    application: shop({
      locality: {
        distribute: { eastus: { eastus: 70, westeurope: 20 }, westeurope: { eastus: 50, westeurope: 50 } },
      },
    }),
    setting: `${SERVICE}.locality.distribute.eastus`,
    object: locality({ distribute: [{ from: "eastus/*", to: { "eastus/*": 70, "westeurope/*": 20 } }] }),
  },
  {
    title: "distribute together with failover",
    application: shop({
      locality: {
        distribute: { eastus: { eastus: 100 }, westeurope: { westeurope: 100 } },
        failover: { eastus: "westeurope" },
      },
    }),
    setting: `${SERVICE}.locality`,
    object: locality({
      distribute: [{ from: "eastus/*", to: { "eastus/*": 100 } }],
      failover: [{ from: "eastus", to: "westeurope" }],
    }),
  },
  {
    title: "failover to the same region",
    application: shop({ locality: { failover: { eastus: "eastus" } } }),
    setting: `${SERVICE}.locality.failover.eastus`,
    object: locality({ failover: [{ from: "eastus", to: "eastus" }] }),
  },
  {
    title: "an expression of a star alone",
    application: shop({
      routes: [{ name: "any", match: { headers: { "x-a": { regex: "*" } } }, timeout: "1s" }],
    }),
    setting: `${SERVICE}.routes.any.match.headers.x-a`,
    object: virtualService({ match: [{ headers: { "x-a": { regex: "*" } } }] }),
  },
  {
    title: "an address that is none",
    application: placed({
      externalServices: [
        externalService({
          name: "outside",
          namespace: NAMESPACE,
          hosts: ["api.example.com"],
          addresses: ["192.0.2.256"],
        }),
      ],
    }),
    setting: "applications.shops.externalServices.outside.addresses",
    object: {
      apiVersion: NETWORKING_V1,
      kind: "ServiceEntry",
      metadata,
      spec: {
        hosts: ["api.example.com"],
        ports: [{ number: 443, name: "tls", protocol: "TLS" }],
        location: "MESH_EXTERNAL",
        resolution: "DNS",
        endpoints: [{ address: "192.0.2.256" }],
      },
    },
  },
  {
    title: "a port that there is not",
    application: shop({ port: 70000 }),
    setting: `${SERVICE}.port`,
    object: serviceEntry({ ports: [{ number: 70000, name: "http", protocol: "HTTP" }] }),
  },
  {
    title: "a host with a space",
    application: shop({ globalHost: "shop global" }),
    setting: `${SERVICE}.globalHost`,
    object: serviceEntry({ hosts: ["shop global"] }),
  },
  {
    title: "a name that Kubernetes has not",
    application: shop({ name: "Shop", globalHost: "shop.global" }),
    setting: "applications.shops.services.Shop.name",
    object: { ...serviceEntry({}), metadata: { name: "Shop", namespace: NAMESPACE } },
  },
  {
    title: "a timeout without a unit",
    application: shop({ timeout: "10" as never }),
    setting: `${SERVICE}.timeout`,
    object: virtualService({ timeout: "10" }),
  },
  {
    title: "tries below none",
    application: shop({ retries: { attempts: -1 } }),
    setting: `${SERVICE}.retries.attempts`,
    object: virtualService({ retries: { attempts: -1 } }),
  },
  {
    title: "a fault in more than all requests",
    application: shop({ faults: [{ name: "slow", abort: { percent: 150, status: 503 } }] }),
    setting: `${SERVICE}.faults.slow.abort.percent`,
    object: virtualService({ fault: { abort: { httpStatus: 503, percentage: { value: 150 } } } }),
  },
  {
    title: "an answer that HTTP has not",
    application: shop({ faults: [{ name: "slow", abort: { percent: 10, status: 700 } }] }),
    setting: `${SERVICE}.faults.slow.abort.status`,
    object: virtualService({ fault: { abort: { httpStatus: 700, percentage: { value: 10 } } } }),
  },
  {
    title: "a copy of more than all requests",
    application: shop({ versions: { v1: 100, v2: 0 }, mirror: { to: { version: "v2" }, percent: 110 } }),
    setting: `${SERVICE}.mirror.percent`,
    object: virtualService({ mirror: { ...host, subset: "v2" }, mirrorPercentage: { value: 110 } }),
  },
  {
    title: "an expression that RE2 does not read",
    application: shop({
      versions: { v1: 100 },
      experiments: [
        { name: "mobile", match: { headers: { "user-agent": { regex: "(" } } }, to: { version: "v1" } },
      ],
    }),
    setting: `${SERVICE}.experiments.mobile.match.headers.user-agent`,
    object: virtualService({ match: [{ headers: { "user-agent": { regex: "(" } } }] }),
  },
  {
    title: "a negative number of connections",
    application: shop({ connectionPool: { maxConnections: -1 } }),
    setting: `${SERVICE}.connectionPool.maxConnections`,
    object: destinationRule({ connectionPool: { tcp: { maxConnections: -1 } } }),
  },
  {
    title: "more than all workloads left out",
    application: shop({ outlier: { maxEjectionPercent: 150 } }),
    setting: `${SERVICE}.outlier.maxEjectionPercent`,
    object: destinationRule({ outlierDetection: { maxEjectionPercent: 150 } }),
  },
  {
    title: "a cookie that lives for no time that there is",
    application: shop({ loadBalancing: { hashBy: { cookie: "session", ttl: "soon" as never } } }),
    setting: `${SERVICE}.loadBalancing.hashBy.ttl`,
    object: destinationRule({
      loadBalancer: { consistentHash: { httpCookie: { name: "session", ttl: "soon" } } },
    }),
  },
  {
    title: "keys of an issuer twice",
    application: shop({
      jwt: [{ issuer: "https://a.example", jwksUri: "https://a.example/jwks", jwks: '{"keys":[{}]}' }],
    }),
    setting: `${SERVICE}.jwt[0]`,
    object: security("RequestAuthentication", {
      jwtRules: [{ issuer: "https://a.example", jwksUri: "https://a.example/jwks", jwks: '{"keys":[{}]}' }],
    }),
  },
  {
    title: "an issuer without a name",
    application: shop({ jwt: [{ issuer: "", jwksUri: "https://a.example/jwks" }] }),
    setting: `${SERVICE}.jwt[0].issuer`,
    object: security("RequestAuthentication", {
      jwtRules: [{ issuer: "", jwksUri: "https://a.example/jwks" }],
    }),
  },
  {
    title: "a path with a star in its middle",
    application: shop({ access: [{ paths: ["/a/*/b"] }] }),
    setting: `${SERVICE}.access[0].paths`,
    object: security("AuthorizationPolicy", {
      rules: [{ to: [{ operation: { paths: ["/a/{*}/b/{**}/c/{**}"] } }] }],
    }),
  },
  {
    title: "a rule without any caller, written as an empty list",
    application: shop({ access: [{ from: [] }] }),
    setting: `${SERVICE}.access[0].from`,
    object: security("AuthorizationPolicy", { rules: [{ from: [], to: [] }, { from: [{ source: {} }] }] }),
  },
  {
    title: "HTTPS without a certificate",
    application: placed({
      gateways: [
        gateway({
          name: "shop",
          servers: [{ port: 443, protocol: "HTTPS", hosts: ["shop.example.com"] }],
        }),
      ],
    }),
    setting: "applications.shops.gateways.shop.servers[0].tls.credential",
    object: {
      apiVersion: NETWORKING_V1,
      kind: "Gateway",
      metadata,
      spec: {
        selector: { istio: "ingressgateway" },
        servers: [{ port: { number: 443, name: "https", protocol: "HTTPS" }, hosts: ["shop.example.com"] }],
      },
    },
  },
  {
    title: "an external service whose star is to be looked up in DNS",
    application: placed({
      externalServices: [
        externalService({ name: "shop", namespace: NAMESPACE, hosts: ["*.example.com"], resolution: "DNS" }),
      ],
    }),
    setting: "applications.shops.externalServices.shop.resolution",
    object: {
      apiVersion: NETWORKING_V1,
      kind: "ServiceEntry",
      metadata,
      spec: {
        hosts: ["*.example.com"],
        location: "MESH_EXTERNAL",
        ports: [{ number: 443, name: "tls", protocol: "TLS" }],
        resolution: "DNS",
      },
    },
  },
  {
    title: "more than all requests traced",
    application: placed({
      telemetry: [
        telemetry({ name: "shop", scope: { namespace: NAMESPACE }, tracing: { samplingPercent: 150 } }),
      ],
    }),
    setting: "applications.shops.telemetry.shop.tracing.samplingPercent",
    object: {
      apiVersion: "telemetry.istio.io/v1",
      kind: "Telemetry",
      metadata,
      spec: { tracing: [{ randomSamplingPercentage: 150 }] },
    },
  },
];
