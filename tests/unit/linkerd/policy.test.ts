import assert from "node:assert/strict";
import type { ServiceArgs } from "../../../istio/intent";
import { objectKey } from "../../../istio/model";
import type { LinkerdObject } from "../../../linkerd/model";
import { CrdSchemas } from "../istio/support/crds";
import { linkerd, shops } from "./support/compile";

const of = (
  changes: Partial<ServiceArgs>,
  mesh: Parameters<typeof linkerd>[0] = {},
): readonly LinkerdObject[] => linkerd(mesh, shops(changes)).objects;
const specs = (objects: readonly LinkerdObject[]) =>
  Object.fromEntries(objects.map((object) => [objectKey(object), object.spec]));
const parentRefs = [{ group: "core", kind: "Service", name: "shop", port: 80 }];

describe("the catalog with Linkerd", () => {
  it("makes nothing of a service that asks for nothing", () => assert.deepEqual(of({}), []));

  it("annotates its namespaces, and puts none of Istio's labels on them", () => {
    const application = shops(
      {},
      {
        namespaces: [
          { name: "shops", mtls: "STRICT" },
          { name: "old", mtls: "PERMISSIVE", injection: false },
          { name: "plain" },
          { name: "shut", mtls: "STRICT", defaultDeny: true },
        ],
      },
    );
    const labels = (name: string) => ({
      "app.kubernetes.io/name": name,
      "app.kubernetes.io/part-of": "global-mesh",
    });
    const policy = "config.linkerd.io/default-inbound-policy";
    assert.deepEqual(linkerd({}, application).namespaces, [
      { name: "old", labels: labels("old"), annotations: { [policy]: "all-unauthenticated" } },
      { name: "plain", labels: labels("plain"), annotations: { "linkerd.io/inject": "enabled" } },
      {
        name: "shops",
        labels: labels("shops"),
        annotations: { [policy]: "all-authenticated", "linkerd.io/inject": "enabled" },
      },
      {
        name: "shut",
        labels: labels("shut"),
        annotations: { [policy]: "deny", "linkerd.io/inject": "enabled" },
      },
    ]);
  });

  it("hands the mode of the whole mesh on to the control plane, where its application is bound", () => {
    assert.equal(linkerd({}, shops({}, { meshMtls: "STRICT" })).defaultInboundPolicy, "all-authenticated");
    assert.equal(
      linkerd({}, shops({}, { meshMtls: "PERMISSIVE" })).defaultInboundPolicy,
      "all-unauthenticated",
    );
    assert.equal("defaultInboundPolicy" in linkerd({}, shops()), false);
  });

  it("splits over a Kubernetes Service for each version", () => {
    assert.deepEqual(specs(of({ versions: { v2: 10, v1: 90 } })), {
      "shops/HTTPRoute/shop": {
        parentRefs,
        rules: [
          {
            backendRefs: [
              { name: "shop-v1", port: 80, weight: 90 },
              { name: "shop-v2", port: 80, weight: 10 },
            ],
          },
        ],
      },
    });
  });

  it("gives a canary the phase of rollouts.yaml, and nothing without one", () => {
    const rollout = { stable: "v1", canary: "v2" };
    const weights = (phases: Readonly<Record<string, 0 | 25>>) =>
      of({ rollout }, { rollouts: phases }).flatMap(({ spec }) =>
        (spec as { rules: { backendRefs: { weight: number }[] }[] }).rules.flatMap((rule) =>
          rule.backendRefs.map(({ weight }) => weight),
        ),
      );
    assert.deepEqual(weights({ "shops/shop": 25 }), [75, 25]);
    assert.deepEqual(weights({}), [100, 0]);
  });

  it("writes a timeout as the route's annotation, and sends on to the service itself", () => {
    const [route, ...others] = of({ timeout: "1500ms" });
    assert.deepEqual(others, []);
    assert.deepEqual(route?.metadata.annotations, { "timeout.linkerd.io/request": "1500ms" });
    assert.deepEqual(route.spec, { parentRefs, rules: [{ backendRefs: [{ name: "shop", port: 80 }] }] });
  });

  it("repeats the methods that may be repeated by a route of their own, with the same backends", () => {
    const routes = of({
      versions: { v1: 100 },
      timeout: "6s",
      retries: { attempts: 3, perTryTimeout: "2s", on: ["gateway-error", "5xx"], methods: ["PUT", "GET"] },
    });
    assert.deepEqual(routes.map(objectKey), ["shops/HTTPRoute/shop", "shops/HTTPRoute/shop-retries"]);
    assert.deepEqual(
      routes.map(({ metadata }) => metadata.annotations),
      [
        { "timeout.linkerd.io/request": "6s" },
        {
          "timeout.linkerd.io/request": "6s",
          "retry.linkerd.io/http": "5xx,gateway-error",
          "retry.linkerd.io/limit": "3",
          "retry.linkerd.io/timeout": "2s",
        },
      ],
    );
    const backendRefs = [{ name: "shop-v1", port: 80, weight: 100 }];
    assert.deepEqual(
      routes.map(({ spec }) => spec),
      [
        { parentRefs, rules: [{ backendRefs }] },
        { parentRefs, rules: [{ matches: [{ method: "GET" }, { method: "PUT" }], backendRefs }] },
      ],
    );
  });

  it("repeats only idempotent methods unless told, all of them in one route where told, and none at 0", () => {
    const matches = (spec: object): unknown =>
      (spec as { rules: { matches?: unknown[] }[] }).rules[0]?.matches;
    const [, idempotent] = of({ retries: { attempts: 1, on: ["5xx"] } });
    assert.deepEqual(
      matches(idempotent?.spec ?? {}),
      ["DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"].map((method) => ({ method })),
    );
    const all = of({ retries: { attempts: 1, on: ["5xx"], methods: "all" } });
    assert.deepEqual(all.map(objectKey), ["shops/HTTPRoute/shop"]);
    assert.equal(all[0]?.metadata.annotations?.["retry.linkerd.io/limit"], "1");
    assert.deepEqual(of({ retries: { attempts: 0 } }), []);
  });

  it("lets in whom access names, by their identity, and nobody else", () => {
    const access = [{ from: ["web/frontend", "jobs/*"] }, { namespaces: ["jobs", "ops"] }];
    const trustDomain = "mesh.example.com";
    assert.deepEqual(specs(of({ access, targetPort: 8080, protocol: "GRPC" }, { trustDomain })), {
      "shops/AuthorizationPolicy/shop-policy": {
        targetRef: { group: "policy.linkerd.io", kind: "Server", name: "shop" },
        requiredAuthenticationRefs: [
          { group: "policy.linkerd.io", kind: "MeshTLSAuthentication", name: "shop-callers" },
        ],
      },
      "shops/MeshTLSAuthentication/shop-callers": {
        identities: [
          "*.jobs.serviceaccount.identity.linkerd.mesh.example.com",
          "*.ops.serviceaccount.identity.linkerd.mesh.example.com",
          "frontend.web.serviceaccount.identity.linkerd.mesh.example.com",
        ],
      },
      "shops/Server/shop": {
        podSelector: { matchLabels: { app: "shop" } },
        port: 8080,
        proxyProtocol: "gRPC",
        accessPolicy: "deny",
      },
    });
  });

  it("lets nobody in by an empty access, and everybody by a rule without a caller", () => {
    const policy = (access: ServiceArgs["access"]) =>
      of(access === undefined ? {} : { access }).map(({ kind, spec }) => [
        kind,
        (spec as { accessPolicy?: string }).accessPolicy,
      ]);
    assert.deepEqual(policy([]), [["Server", "deny"]]);
    assert.deepEqual(policy([{ from: ["a/b"] }, {}]), [["Server", "all-unauthenticated"]]);
  });

  it("is the same in whatever order it is written", () => {
    const split = (versions: Record<string, number>) => of({ versions, access: [{ from: ["b/b", "a/a"] }] });
    assert.deepEqual(
      JSON.stringify(split({ v1: 1, v2: 99 })),
      JSON.stringify(of({ versions: { v2: 99, v1: 1 }, access: [{ from: ["a/a", "b/b"] }] })),
    );
  });

  it("fits the schemas of Linkerd's CRDs", function () {
    // What `helm template linkerd-crds --set installGatewayAPI=true` prints; the charts are not part of this project.
    const file = process.env["LINKERD_CRDS"];
    if (file === undefined) this.skip();
    this.timeout(120_000);
    const schemas = new CrdSchemas(file);
    const everything = of({
      versions: { v1: 90, v2: 10 },
      timeout: "5s",
      retries: { attempts: 3, on: ["5xx"] },
      access: [{ from: ["a/b"] }],
    });
    assert.deepEqual(everything.map(({ kind }) => kind).toSorted(), [
      "AuthorizationPolicy",
      "HTTPRoute",
      "HTTPRoute",
      "MeshTLSAuthentication",
      "Server",
    ]);
    for (const object of everything) assert.deepEqual(schemas.faults(object), [], object.kind);
  });
});
