import assert from "node:assert/strict";
import fc from "fast-check";
import { compile } from "../../../istio/compile";
import { application, type Application } from "../../../istio/intent";
import { everywhere, meshOf, REGIONS, shop, shops } from "./support/fixtures";

const labels = (name: string) => ({
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/part-of": "global-mesh",
});

/** The object of that kind, which a compiled application must have. */
function objectOf(kind: string, ...applications: Application[]) {
  const { objects } = compile(applications, everywhere(...applications), meshOf());
  const object = objects.find((candidate) => candidate.kind === kind);
  assert.ok(object, `no ${kind}`);
  return object;
}

function specOf(kind: string, ...applications: Application[]) {
  return objectOf(kind, ...applications).spec;
}

function kindsOf(...applications: Application[]): readonly string[] {
  return compile(applications, everywhere(...applications), meshOf()).objects.map(({ kind }) => kind);
}

describe("a compiled service", () => {
  it("with nothing said is a host and no more", () => {
    const { namespaces, objects } = compile([shops(shop())], everywhere(shops(shop())), meshOf());
    assert.deepEqual(namespaces, [
      { name: "shops", labels: { ...labels("shops"), "istio-injection": "enabled" } },
    ]);
    assert.deepEqual(objects, [
      {
        apiVersion: "networking.istio.io/v1",
        kind: "ServiceEntry",
        metadata: { name: "shop", namespace: "shops", labels: labels("shop") },
        spec: {
          hosts: ["shop.global"],
          ports: [{ number: 80, name: "http", protocol: "HTTP" }],
          location: "MESH_INTERNAL",
          resolution: "STATIC",
          workloadSelector: { labels: { app: "shop" } },
        },
      },
    ]);
  });

  it("names the port of its workloads where it is another one", () => {
    assert.deepEqual(specOf("ServiceEntry", shops(shop({ targetPort: 8080, protocol: "GRPC" }))), {
      hosts: ["shop.global"],
      ports: [{ number: 80, name: "grpc", protocol: "GRPC", targetPort: 8080 }],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      workloadSelector: { labels: { app: "shop" } },
    });
  });

  it("detects failing workloads where it fails over, with the user's numbers over ours", () => {
    const locality = { failover: "any" } as const;
    assert.deepEqual(specOf("DestinationRule", shops(shop({ locality, outlier: { interval: "1s" } }))), {
      host: "shop.global",
      trafficPolicy: {
        loadBalancer: { localityLbSetting: { enabled: true } },
        outlierDetection: {
          consecutiveGatewayErrors: 5,
          consecutive5xxErrors: 0,
          interval: "1s",
          baseEjectionTime: "30s",
          maxEjectionPercent: 100,
          minHealthPercent: 0,
        },
      },
    });
  });

  it("does not detect failing workloads where its shares are fixed", () => {
    const spec = specOf("DestinationRule", shops(shop({ locality: { local: 80, rest: "even" } })));
    assert.ok(!JSON.stringify(spec).includes("outlierDetection"));
  });

  it("lets callers in by the mesh's own trust domain", () => {
    const app = shops(
      shop({ access: [{ from: ["web/front", "ops/*"], methods: ["GET"] }, { paths: ["/"] }] }),
    );
    const { objects } = compile([app], everywhere(app), meshOf({ trustDomain: "mesh.example" }));
    assert.deepEqual(objects.find(({ kind }) => kind === "AuthorizationPolicy")?.spec, {
      selector: { matchLabels: { app: "shop" } },
      action: "ALLOW",
      rules: [
        {
          from: [{ source: { principals: ["mesh.example/ns/web/sa/front", "mesh.example/ns/ops/sa/*"] } }],
          to: [{ operation: { methods: ["GET"] } }],
        },
        { to: [{ operation: { paths: ["/"] } }] },
      ],
    });
  });

  it("lets nobody in with an empty list, and has no policy without a list", () => {
    assert.deepEqual(specOf("AuthorizationPolicy", shops(shop({ access: [] }))), {
      selector: { matchLabels: { app: "shop" } },
      action: "ALLOW",
    });
    assert.ok(!kindsOf(shops(shop())).includes("AuthorizationPolicy"));
  });

  it("opens single ports", () => {
    const app = shops(shop({ mtls: "STRICT", portMtls: { 9090: "PERMISSIVE" } }));
    assert.deepEqual(specOf("PeerAuthentication", app), {
      selector: { matchLabels: { app: "shop" } },
      mtls: { mode: "STRICT" },
      portLevelMtls: { 9090: { mode: "PERMISSIVE" } },
    });
  });
});

describe("mutual TLS", () => {
  const mesh = application({ name: "mesh", meshMtls: "STRICT" });
  const namespaced = (mtls: "STRICT" | "PERMISSIVE", ...services: Application["services"]) =>
    application({ name: "shops", namespaces: [{ name: "shops", mtls }], services });
  const clients = (...applications: Application[]): string => {
    const { objects } = compile(applications, everywhere(...applications), meshOf());
    const rule = objects.find(({ kind }) => kind === "DestinationRule");
    return JSON.stringify(rule?.spec ?? {}).includes("ISTIO_MUTUAL") ? "mutual" : "automatic";
  };

  it("is said for the whole mesh in the root namespace", () => {
    assert.deepEqual(objectOf("PeerAuthentication", mesh), {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { name: "default", namespace: "istio-system", labels: labels("mesh") },
      spec: { mtls: { mode: "STRICT" } },
    });
  });

  const rows: readonly [string, Application[], string][] = [
    ["nothing is said", [shops(shop())], "automatic"],
    ["the mesh is strict", [mesh, shops(shop())], "mutual"],
    ["the namespace is strict", [namespaced("STRICT", shop())], "mutual"],
    ["the service is strict", [shops(shop({ mtls: "STRICT" }))], "mutual"],
    ["the namespace is not", [mesh, namespaced("PERMISSIVE", shop())], "automatic"],
    ["the service is not", [mesh, namespaced("STRICT", shop({ mtls: "PERMISSIVE" }))], "automatic"],
  ];
  for (const [title, applications, expected] of rows) {
    it(`is ${expected} for clients where ${title}`, () => assert.equal(clients(...applications), expected));
  }
});

describe("raw objects", () => {
  it("pass as they stand, with our labels", () => {
    const raw = {
      apiVersion: "networking.istio.io/v1alpha3",
      kind: "EnvoyFilter",
      metadata: { name: "filter", namespace: "shops", labels: { team: "one" }, annotations: { why: "so" } },
      spec: { configPatches: [] },
    };
    const app = application({ name: "shops", namespaces: [{ name: "shops" }], raw: [raw] });
    assert.deepEqual(compile([app], everywhere(app), meshOf()).objects, [
      { ...raw, metadata: { ...raw.metadata, labels: { team: "one", ...labels("shops") } } },
    ]);
  });
});

describe("compiling", () => {
  const apps = [
    shops(
      shop({ versions: { v2: 20, v1: 80 }, locality: { local: 80, rest: "even" }, mtls: "STRICT" }),
      shop({ name: "cart", globalHost: "cart.global", access: [{ from: ["shops/shop"] }] }),
    ),
    application({ name: "mesh", meshMtls: "STRICT" }),
    application({ name: "other", namespaces: [{ name: "other", mtls: "PERMISSIVE" }, { name: "shops" }] }),
  ];
  const reversed = <T>(record: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(record).toReversed());

  it("says the same whatever the order of applications, services, versions, bindings and regions", () => {
    const expected = JSON.stringify(compile(apps, everywhere(...apps), meshOf()));
    fc.assert(
      fc.property(
        fc.shuffledSubarray(apps, { minLength: apps.length }),
        fc.shuffledSubarray(REGIONS, { minLength: REGIONS.length }),
        fc.boolean(),
        (shuffled, regions, flip) => {
          const flipped = shuffled.map((app) => ({
            ...app,
            services: (flip ? app.services.toReversed() : app.services).map((service) =>
              service.versions === undefined || !flip
                ? service
                : { ...service, versions: reversed(service.versions) },
            ),
          }));
          assert.equal(
            JSON.stringify(compile(flipped, everywhere(...flipped), meshOf({ regions }))),
            expected,
          );
        },
      ),
    );
  });

  it("says the same in every region whose labels are the same", () => {
    const clusters = REGIONS.map((name) => ({ name, labels: { mesh: "enabled" } }));
    const said = REGIONS.map((region) =>
      JSON.stringify(compile(apps, everywhere(...apps), meshOf({ region, clusters }))),
    );
    assert.equal(new Set(said).size, 1);
  });

  it("changes nothing of its input", () => {
    const before = JSON.stringify(apps);
    compile(apps, everywhere(...apps), meshOf());
    assert.equal(JSON.stringify(apps), before);
  });
});
