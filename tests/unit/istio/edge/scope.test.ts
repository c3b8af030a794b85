import assert from "node:assert/strict";
import fc from "fast-check";
import { application, externalService, gateway, service, type ServiceArgs } from "../../../../istio/intent";
import { shopsWith, specsOf } from "./support";

const of = (name: string, args: Partial<ServiceArgs> = {}) =>
  service({ name, namespace: "shops", port: 80, globalHost: `${name}.global`, ...args });
const exported = (...args: Parameters<typeof specsOf>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(specsOf(...args)).map(([name, spec]) => [name, (spec as { exportTo?: unknown }).exportTo]),
  );
const told = (...services: ReturnType<typeof service>[]): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(specsOf([shopsWith({ services })], "Sidecar")).map(([name, spec]) => [
      name,
      (spec as { egress: { hosts: readonly string[] }[] }).egress[0]?.hosts,
    ]),
  );
const ALWAYS = ["istio-system/*"];

describe("who is told of a service", () => {
  it("is everybody where some callers are not named", () => {
    for (const access of [undefined, [{}], [{ from: ["a/b"] }, { paths: ["/"] }]]) {
      const args = access === undefined ? {} : { access };
      assert.deepEqual(exported([shopsWith({ services: [of("a", args)] })], "ServiceEntry"), {
        "shops/a": undefined,
      });
    }
  });

  it("is the namespaces of its callers, whether they are named there or say so themselves", () => {
    const services = [
      of("a", { access: [{ from: ["web/front"] }, { namespaces: ["ops"] }], versions: { v1: 100 } }),
      of("nobody", { access: [] }),
    ];
    const expected = { "shops/a": [".", "ops", "web"], "shops/nobody": ["."] };
    assert.deepEqual(exported([shopsWith({ services })], "ServiceEntry"), expected);
    for (const kind of ["DestinationRule", "VirtualService"]) {
      assert.deepEqual(exported([shopsWith({ services })], kind), { "shops/a": [".", "ops", "web"] }, kind);
    }
  });

  it("is the namespaces of gateways that lead to it, and of those that must know every host", () => {
    const app = shopsWith({
      services: [of("a", { access: [{ from: ["shops/b"] }] })],
      gateways: [
        gateway({
          name: "g",
          workload: { istio: "of-our-own" },
          servers: [{ port: 80, protocol: "HTTP", hosts: ["a.example.com"] }],
          routes: [{ name: "a", to: "shops/a" }],
        }),
      ],
    });
    assert.deepEqual(exported([app], "ServiceEntry", { seesAll: ["istio-eastwest"] }), {
      "shops/a": [".", "istio-eastwest", "istio-ingress"],
    });
  });

  it("is whoever is told of a service whose routes lead to it, however long the way", () => {
    const services = [
      of("a", { access: [{ from: ["web/front"] }], mirror: { to: { service: "shops/b" }, percent: 10 } }),
      of("b", {
        access: [{ from: ["shops/a"] }],
        experiments: [{ name: "x", match: { headers: { x: "1" } }, to: { service: "shops/c" } }],
      }),
      of("c", { access: [] }),
    ];
    const expected = [".", "web"];
    assert.deepEqual(exported([shopsWith({ services })], "ServiceEntry"), {
      "shops/a": expected,
      "shops/b": expected,
      "shops/c": expected,
    });
    assert.deepEqual(exported([shopsWith({ services: services.toReversed() })], "ServiceEntry"), {
      "shops/a": expected,
      "shops/b": expected,
      "shops/c": expected,
    });
  });
});

describe("what a service's proxies are told of", () => {
  it("is everything where nothing says what it calls", () => {
    assert.deepEqual(told(of("a"), of("b", { access: [{ namespaces: ["shops"] }] })), {});
  });

  it("is what names it, its namespace, or nobody", () => {
    assert.deepEqual(
      told(
        of("a"),
        of("b", { access: [{ from: ["shops/c"] }] }),
        of("c", { access: [] }),
        of("d", { access: [{ namespaces: ["shops"] }] }),
      ),
      { "shops/c": [...ALWAYS, "shops/*"] },
    );
    assert.deepEqual(
      told(
        of("b", { access: [{ from: ["shops/c"] }] }),
        of("c", { access: [] }),
        of("d", { access: [{ namespaces: ["shops"] }] }),
        of("e", { access: [{ from: ["shops/b"] }], globalHost: "e.global" }),
      )["shops/c"],
      [...ALWAYS, "shops/b.global", "shops/d.global"],
    );
  });

  it("is nothing else where it says itself what it calls, with where that leads", () => {
    assert.deepEqual(
      told(
        of("a", { calls: ["shops/b", "legacy/*"] }),
        of("b", { routes: [{ name: "r", match: { path: "/" }, to: { service: "shops/c" } }] }),
        of("c"),
        of("d", { access: [{ from: ["shops/a"] }] }),
        of("e", { access: [{ namespaces: ["shops"] }] }),
      )["shops/a"],
      [...ALWAYS, "legacy/*", "shops/b.global", "shops/c.global", "shops/d.global"],
    );
    assert.deepEqual(told(of("a", { calls: [] })), { "shops/a": ALWAYS });
  });

  it("is the external services that it may call, their way out, and who counts its requests", () => {
    const app = shopsWith({
      services: [
        of("a", { globalRateLimits: [{ name: "u", perHeader: "x-user", requests: 1, per: "second" }] }),
        of("b", { access: [] }),
      ],
      namespaces: [{ name: "shops" }, { name: "limits" }],
      externalServices: [
        externalService({
          name: "stripe",
          namespace: "shops",
          hosts: ["api.stripe.com", "js.stripe.com"],
          throughEgressGateway: true,
          callers: ["shops/a"],
        }),
      ],
      rateLimitService: { address: "ratelimit.limits.svc.cluster.local:8081" },
    });
    const spec = specsOf([app], "Sidecar") as Record<string, { egress: { hosts: string[] }[] }>;
    assert.deepEqual(spec["shops/a"]?.egress[0]?.hosts, [
      "istio-egress/istio-egressgateway.istio-egress.svc.cluster.local",
      ...ALWAYS,
      "limits/ratelimit.limits.svc.cluster.local",
      "shops/*",
    ]);
  });

  it("is what every proxy must know, as where spans go", () => {
    const app = shopsWith({ services: [of("a", { calls: [] })] });
    const spec = specsOf([app], "Sidecar", { seenByAll: ["spans"] });
    assert.deepEqual(spec["shops/a"], {
      workloadSelector: { labels: { app: "a" } },
      egress: [{ hosts: [...ALWAYS, "spans/*"] }],
    });
  });

  it("holds every declared call, and is exported to the caller, in any mesh", () => {
    const names = ["a", "b", "c", "d"];
    const spaces = ["x", "y"];
    const caller = fc
      .tuple(fc.constantFrom(...spaces), fc.constantFrom(...names, "*"))
      .map((one) => one.join("/"));
    const mesh = fc.array(
      fc.record({
        name: fc.constantFrom(...names),
        namespace: fc.constantFrom(...spaces),
        from: fc.option(fc.uniqueArray(caller, { minLength: 1, maxLength: 3 }), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(mesh, (drawn) => {
        const services = [...new Map(drawn.map((one) => [`${one.namespace}/${one.name}`, one])).values()].map(
          ({ name, namespace, from }) =>
            service({
              name,
              namespace,
              port: 80,
              globalHost: `${name}.${namespace}.global`,
              ...(from === undefined ? {} : { access: [{ from }] }),
            }),
        );
        const app = application({
          name: "m",
          namespaces: spaces.map((name) => ({ name })),
          services,
          otherCallers: spaces.map((name) => `${name}/*`),
        });
        const entries = specsOf([app], "ServiceEntry") as Record<string, { exportTo?: string[] }>;
        const sidecars = specsOf([app], "Sidecar") as Record<string, { egress: { hosts: string[] }[] }>;
        for (const target of services) {
          for (const from of services) {
            const accounts = [`${from.namespace}/${from.name}`, `${from.namespace}/*`];
            const callers = target.access?.[0]?.from;
            if (callers !== undefined && !callers.some((one) => accounts.includes(one))) continue;
            const seen = entries[`${target.namespace}/${target.name}`]?.exportTo;
            const here = from.namespace === target.namespace ? "." : from.namespace;
            assert.ok(seen === undefined || seen.includes(here), `${here} is not told of ${target.name}`);
            const hosts = sidecars[`${from.namespace}/${from.name}`]?.egress[0]?.hosts;
            const wanted = [`${target.namespace}/*`, `${target.namespace}/${target.globalHost ?? ""}`];
            assert.ok(hosts === undefined || hosts.some((host) => wanted.includes(host)), wanted.join());
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
