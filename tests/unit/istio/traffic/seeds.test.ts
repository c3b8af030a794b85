import assert from "node:assert/strict";
import { compile } from "../../../../istio/compile";
import type { Service } from "../../../../istio/intent";
import { application, service } from "../../../../istio/intent";
import { outlierDefaults } from "../../../../istio/traffic/locality";
import { everywhere, meshOf } from "../support/fixtures";

const others = [
  service({ name: "mobile-backend", namespace: "default", port: 80 }),
  service({ name: "api-service-test", namespace: "default", port: 80 }),
];

/** VirtualService and DestinationRule of a service beside the others. */
function specsOf(one: Service, rollouts: Record<string, 0 | 10 | 25 | 50 | 75 | 100> = {}) {
  const app = application({ name: "seeds", namespaces: [{ name: "default" }], services: [one, ...others] });
  const { objects } = compile([app], everywhere(app), meshOf({ rollouts }));
  const spec = (kind: string): object | undefined =>
    objects.find((made) => made.kind === kind && made.metadata.name === one.name)?.spec;
  return { routes: spec("VirtualService"), rule: spec("DestinationRule") };
}

const apiService = (rest: object): Service =>
  service({ name: "api-service", namespace: "default", port: 80, ...rest });
const host = "api-service.default.svc.cluster.local";
const hosts = [host];
const all = [{ destination: { host }, weight: 100 }];
const subsets = [
  { name: "v1", labels: { version: "v1" } },
  { name: "v2", labels: { version: "v2" } },
];
const split = (v1: number, v2: number) => [
  { destination: { host, subset: "v1" }, weight: v1 },
  { destination: { host, subset: "v2" }, weight: v2 },
];
const toV2 = [{ destination: { host, subset: "v2" }, weight: 100 }];
const IDEMPOTENT = [{ method: { regex: "DELETE|GET|HEAD|OPTIONS|PUT|TRACE" } }];

describe("what the seeds configure for a service", () => {
  it("001: 90/10, pools of 100, 50 and 2, five errors in 30 s, round robin", () => {
    const { routes, rule } = specsOf(
      apiService({
        versions: { v1: 90, v2: 10 },
        loadBalancing: "ROUND_ROBIN",
        connectionPool: { maxConnections: 100, http1MaxPendingRequests: 50, maxRequestsPerConnection: 2 },
        outlier: { consecutive5xxErrors: 5, interval: "30s", baseEjectionTime: "30s" },
      }),
    );
    assert.deepEqual(routes, { hosts, http: [{ route: split(90, 10) }] });
    assert.deepEqual(rule, {
      host,
      trafficPolicy: {
        loadBalancer: { simple: "ROUND_ROBIN" },
        connectionPool: {
          tcp: { maxConnections: 100 },
          http: { http1MaxPendingRequests: 50, maxRequestsPerConnection: 2 },
        },
        outlierDetection: {
          ...outlierDefaults,
          consecutive5xxErrors: 5,
          interval: "30s",
          baseEjectionTime: "30s",
        },
      },
      subsets,
    });
  });

  it("002: the canary by header and weight, with retries of answers and a hash by user", () => {
    const { routes, rule } = specsOf(
      apiService({
        versions: { v1: 90, v2: 10 },
        experiments: [{ name: "beta", match: { headers: { "x-beta": "true" } }, to: { version: "v2" } }],
        timeout: "10s",
        retries: { attempts: 3, perTryTimeout: "2s", on: ["5xx", "reset", "connect-failure"] },
        loadBalancing: { hashBy: { header: "x-user-id" } },
        connectionPool: { maxConnections: 100, http1MaxPendingRequests: 50, http2MaxRequests: 100 },
        outlier: {
          consecutive5xxErrors: 5,
          interval: "30s",
          baseEjectionTime: "30s",
          maxEjectionPercent: 50,
        },
      }),
    );
    const beta = { headers: { "x-beta": { exact: "true" } } };
    const repeated = { attempts: 3, perTryTimeout: "2s", retryOn: "5xx,reset,connect-failure" };
    const unseen = { attempts: 3, retryOn: "connect-failure,refused-stream" };
    const timeout = "10s";
    assert.deepEqual(routes, {
      hosts,
      http: [
        { name: "beta", match: [{ ...IDEMPOTENT[0], ...beta }], route: toV2, timeout, retries: repeated },
        { name: "beta.other-methods", match: [beta], route: toV2, timeout, retries: unseen },
        { name: "default", match: IDEMPOTENT, route: split(90, 10), timeout, retries: repeated },
        { name: "default.other-methods", route: split(90, 10), timeout, retries: unseen },
      ],
    });
    assert.deepEqual(rule, {
      host,
      trafficPolicy: {
        loadBalancer: { consistentHash: { httpHeaderName: "x-user-id" } },
        connectionPool: {
          tcp: { maxConnections: 100 },
          http: { http1MaxPendingRequests: 50, http2MaxRequests: 100 },
        },
        outlierDetection: {
          consecutiveGatewayErrors: 5,
          consecutive5xxErrors: 5,
          interval: "30s",
          baseEjectionTime: "30s",
          maxEjectionPercent: 50,
          minHealthPercent: 0,
        },
      },
      subsets,
    });
  });

  it("002: routing by header, to a version and to another service", () => {
    const { routes } = specsOf(
      apiService({
        versions: { v1: 100, v2: 0 },
        experiments: [
          { name: "api-v2", match: { headers: { "api-version": "v2" } }, to: { version: "v2" } },
          {
            name: "mobile",
            match: { headers: { "user-agent": { regex: ".*Mobile.*" } } },
            to: { service: "default/mobile-backend" },
          },
        ],
      }),
    );
    assert.deepEqual(routes, {
      hosts,
      http: [
        { name: "api-v2", match: [{ headers: { "api-version": { exact: "v2" } } }], route: toV2 },
        {
          name: "mobile",
          match: [{ headers: { "user-agent": { regex: ".*Mobile.*" } } }],
          route: [
            {
              destination: { host: "mobile-backend.default.svc.cluster.local", port: { number: 80 } },
              weight: 100,
            },
          ],
        },
        { name: "default", route: split(100, 0) },
      ],
    });
  });

  it("002: timeouts and retries", () => {
    const { routes } = specsOf(
      apiService({
        timeout: "10s",
        retries: {
          attempts: 3,
          perTryTimeout: "3s",
          on: ["5xx", "reset", "connect-failure", "refused-stream"],
          methods: "all",
        },
      }),
    );
    assert.deepEqual(routes, {
      hosts,
      http: [
        {
          route: all,
          timeout: "10s",
          retries: {
            attempts: 3,
            perTryTimeout: "3s",
            retryOn: "5xx,reset,connect-failure,refused-stream",
          },
        },
      ],
    });
  });

  it("002: ten percent mirrored to a test environment", () => {
    const { routes } = specsOf(
      apiService({ mirror: { to: { service: "default/api-service-test" }, percent: 10 } }),
    );
    assert.deepEqual(routes, {
      hosts,
      http: [
        {
          route: all,
          mirror: { host: "api-service-test.default.svc.cluster.local", port: { number: 80 } },
          mirrorPercentage: { value: 10 },
        },
      ],
    });
  });

  it("002: the circuit breaker", () => {
    const { rule } = specsOf(
      apiService({
        connectionPool: { maxConnections: 1, http1MaxPendingRequests: 1, maxRequestsPerConnection: 1 },
        outlier: {
          consecutive5xxErrors: 1,
          interval: "1s",
          baseEjectionTime: "3m",
          maxEjectionPercent: 100,
          minHealthPercent: 50,
        },
      }),
    );
    assert.deepEqual(rule, {
      host,
      trafficPolicy: {
        connectionPool: {
          tcp: { maxConnections: 1 },
          http: { http1MaxPendingRequests: 1, maxRequestsPerConnection: 1 },
        },
        outlierDetection: {
          consecutiveGatewayErrors: 5,
          consecutive5xxErrors: 1,
          interval: "1s",
          baseEjectionTime: "3m",
          maxEjectionPercent: 100,
          minHealthPercent: 50,
        },
      },
    });
  });

  it("002: a fault for who asks for it", () => {
    const { routes } = specsOf(
      apiService({
        faults: [
          {
            name: "test-fault",
            match: { headers: { "x-test-fault": "true" } },
            delay: { percent: 100, duration: "5s" },
            abort: { percent: 10, status: 503 },
          },
        ],
      }),
    );
    assert.deepEqual(routes, {
      hosts,
      http: [
        {
          name: "test-fault",
          match: [{ headers: { "x-test-fault": { exact: "true" } } }],
          fault: {
            delay: { percentage: { value: 100 }, fixedDelay: "5s" },
            abort: { percentage: { value: 10 }, httpStatus: 503 },
          },
          route: all,
        },
        { name: "default", route: all },
      ],
    });
  });

  it("003: phases of the canary, and an experiment by cookie", () => {
    const one = apiService({
      rollout: { stable: "v1", canary: "v2" },
      experiments: [{ name: "ab", match: { cookies: { experiment: "version-b" } }, to: { version: "v2" } }],
    });
    const weights = ([10, 25, 50, 75, 100] as const).map((phase) => {
      const { routes } = specsOf(one, { "default/api-service": phase });
      const { http } = routes as { http: { name: string; route: { weight: number }[] }[] };
      return [http.map(({ name }) => name).join(), http[1]?.route.map(({ weight }) => weight).join("/")];
    });
    assert.deepEqual(weights, [
      ["ab,default", "90/10"],
      ["ab,default", "75/25"],
      ["ab,default", "50/50"],
      ["ab,default", "25/75"],
      ["ab,default", "0/100"],
    ]);
    assert.deepEqual(specsOf(one).rule, { host, subsets });
  });
});
