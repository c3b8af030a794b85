import assert from "node:assert/strict";
import { compile } from "../../../istio/compile";
import { chooseApplications } from "../../../istio/choose";
import type { Application, Binding } from "../../../istio/intent";
import { application, binding } from "../../../istio/intent";
import { CatalogError } from "../../../istio/rules/fault";
import { everywhere, faults, meshOf, shop, shops } from "./support/fixtures";

describe("a catalog that cannot work", () => {
  const strict = application({ name: "mesh", meshMtls: "STRICT" });
  const empty = binding({ name: "none", clusters: [], applications: [] });
  const virtualService = (subset: string) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "raw", namespace: "shops" },
    spec: { hosts: ["x.global"], http: [{ route: [{ destination: { host: "shop.global", subset } }] }] },
  });
  const destinationRule = (localityLbSetting: object) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name: "raw", namespace: "shops" },
    spec: { host: "x.global", trafficPolicy: { loadBalancer: { localityLbSetting } } },
  });
  const withRaw = (raw: ReturnType<typeof virtualService | typeof destinationRule>) =>
    application({ ...shops(shop({ versions: { v1: 100 } })), raw: [raw] });
  const rows: readonly [string, readonly Application[], readonly Binding[] | undefined, string][] = [
    [
      "two services of one name",
      [shops(shop(), shop({ globalHost: "b.global" }))],
      undefined,
      'services: got "shops/shop"',
    ],
    [
      "two services of one host",
      [shops(shop(), shop({ name: "b", globalHost: "shop.global" }))],
      undefined,
      "globalHost: got",
    ],
    [
      "two applications of one name",
      [strict, { ...shops(), name: "mesh" }],
      undefined,
      'applications: got "mesh"',
    ],
    [
      "two that speak for the mesh",
      [strict, { ...strict, name: "b" }],
      undefined,
      'meshMtls: got ["mesh","b"]',
    ],
    [
      "a namespace nobody brings",
      [shops(shop({ namespace: "x" }))],
      undefined,
      'applications.shops.services.shop.namespace: got "x"',
    ],
    [
      "a namespace said in two ways",
      [shops(), application({ name: "b", namespaces: [{ name: "shops", mtls: "STRICT" }] })],
      undefined,
      "namespaces: got",
    ],
    [
      "the root namespace as its own",
      [application({ name: "b", namespaces: [{ name: "istio-system" }] })],
      undefined,
      'applications.b.namespaces: got "istio-system"',
    ],
    ["a binding to nothing", [], [empty], "bindings.none.clusters: got []"],
    [
      "two bindings of one name",
      [],
      [...everywhere(strict), ...everywhere(strict)],
      'bindings: got "everywhere"',
    ],
    [
      "a raw distribution that does not add up",
      [withRaw(destinationRule({ distribute: [{ from: "a/*", to: { "a/*": 80, "b/*": 10 } }] }))],
      undefined,
      "shops/DestinationRule/raw spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0].to: got",
    ],
    [
      "a raw distribution beside a failover",
      [
        withRaw(
          destinationRule({
            distribute: [{ from: "a/*", to: { "a/*": 100 } }],
            failover: [{ from: "a", to: "b" }],
          }),
        ),
      ],
      undefined,
      'shops/DestinationRule/raw spec.trafficPolicy.loadBalancer.localityLbSetting: got ["distribute","failover"]',
    ],
    ["a raw route to no subset", [withRaw(virtualService("v9"))], undefined, "shops/VirtualService/raw: got"],
    [
      "two policies of one name",
      [
        shops(
          shop({ name: "a", deny: [{ name: "b-deny-c", methods: ["PUT"] }] }),
          shop({ name: "a-deny-b", deny: [{ name: "c", methods: ["GET"] }] }),
        ),
      ],
      undefined,
      'applications.shops.services.a, applications.shops.services.a-deny-b: got "shops/AuthorizationPolicy/a-deny-b-deny-c"',
    ],
    [
      "a service whose policy is named as that of its namespace",
      [
        application({
          ...shops(shop({ name: "default", mtls: "PERMISSIVE" })),
          namespaces: [{ name: "shops", mtls: "STRICT" }],
        }),
      ],
      undefined,
      "applications.shops.namespaces.shops, applications.shops.services.default: got",
    ],
    [
      "a raw object in the place of another",
      [withRaw({ ...virtualService("v1"), metadata: { name: "shop", namespace: "shops" } })],
      undefined,
      'raw: got "shops/VirtualService/shop"',
    ],
  ];
  for (const [title, applications, bindings, beginning] of rows) {
    it(`is refused: ${title}`, () => {
      const found = faults(applications, bindings ?? everywhere(...applications));
      assert.ok(
        found.some((fault) => fault.startsWith(beginning)),
        found.join("\n") || "no fault",
      );
    });
  }

  it("takes a raw route to a subset that a service defines", () => {
    assert.deepEqual(faults([withRaw(virtualService("v1"))]), []);
  });

  it("is refused in a region that the mesh does not list", () => {
    const found = faults([], [], { region: "mars" });
    assert.ok(found[0]?.startsWith("regions: got"), found.join("\n"));
  });

  it("is refused in every region, bound there or not", () => {
    const apps = [shops(shop({ port: 0, targetPort: 1 }))];
    assert.equal(faults(apps, [], { clusterLabels: {} }).length, 1);
  });

  it("is refused once, with every fault", () => {
    const apps = [
      shops(shop({ versions: { v1: 1 }, access: [{ paths: ["x"] }], globalHost: "x" })),
      strict,
      strict,
    ];
    assert.throws(
      () => compile(apps, everywhere(...apps), meshOf()),
      (error) =>
        error instanceof CatalogError &&
        error.faults.length === 5 &&
        /^5 faults in the catalog:\n {2}- /.test(error.message),
    );
  });
});

describe("choosing applications", () => {
  const catalog = {
    applications: [shops(shop()), application({ name: "mesh" }), application({ name: "loose" })],
    bindings: [binding({ name: "b", clusters: [{ matchLabels: {} }], applications: ["shops", "mesh"] })],
  };
  const refusal = (names: readonly string[], from = catalog): string => {
    try {
      chooseApplications(from, names);
    } catch (error) {
      assert.ok(error instanceof CatalogError);
      return error.message;
    }
    return "";
  };

  it("keeps what is chosen, and of the bindings what binds it", () => {
    const { applications, bindings } = chooseApplications(catalog, ["mesh"]);
    assert.deepEqual(
      applications.map(({ name }) => name),
      ["mesh"],
    );
    assert.deepEqual(
      bindings.map((kept) => kept.applications),
      [["mesh"]],
    );
    assert.deepEqual(chooseApplications(catalog, []), { applications: [], bindings: [] });
  });

  it("refuses a name that is in no catalog, and names those that are", () => {
    assert.match(refusal(["shop"]), /applications: got "shop"; allowed is .*: shops, mesh, loose/);
  });

  it("refuses what no binding gives to any cluster", () => {
    assert.match(
      refusal(["loose"]),
      /applications: got "loose"; allowed is applications that a binding gives/,
    );
  });

  it("refuses a binding of an application that there is not", () => {
    const wrong = {
      ...catalog,
      bindings: [{ ...catalog.bindings[0], applications: ["shpos"] }] as Binding[],
    };
    assert.match(refusal([], wrong), /bindings.b.applications: got "shpos"/);
  });
});
