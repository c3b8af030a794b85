import assert from "node:assert/strict";
import { eastWestObjects, eastWestPorts } from "../../../istio/eastWest";
import { eastWestValues, istioValues, profiles, type ProfileName } from "../../../istio/values";
import { CrdSchemas } from "./support/crds";

const place = {
  profile: "demo",
  revision: "default",
  network: "network2",
  exposesIstiod: false,
  annotations: { a: "b" },
  sources: ["203.0.113.2/32"],
} as const;
const region = {
  profile: "demo",
  istioVersion: "1.31.1",
  revision: "default",
  meshId: "mesh1",
  clusterName: "westeurope-cluster",
  network: "network2",
  trustDomain: "cluster.local",
} as const;

const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce((part, key) => (part as Record<string, unknown> | undefined)?.[key], value);

describe("the objects of an east-west gateway", () => {
  it("are what the CRDs take", () => {
    const schemas = new CrdSchemas();
    for (const exposedRevision of [undefined, "default", "1-31-1"]) {
      for (const object of eastWestObjects({ globalHosts: ["ai-agent.global"], exposedRevision })) {
        assert.deepEqual(schemas.faults(object), [], object.metadata.name);
      }
    }
  });

  it("let through names of the mesh and each global host once, sorted", () => {
    const [gateway, ...others] = eastWestObjects({ globalHosts: ["b.global", "a.global", "b.global"] });
    assert.deepEqual(gateway?.spec, {
      selector: { istio: "eastwestgateway" },
      servers: [
        {
          port: { number: 15443, name: "tls", protocol: "TLS" },
          tls: { mode: "AUTO_PASSTHROUGH" },
          hosts: ["*.local", "a.global", "b.global"],
        },
      ],
    });
    assert.deepEqual(others, []);
  });

  it("let remotes through to istiod by the one name that they ask for, the revision's", () => {
    const [, gateway, route] = eastWestObjects({ globalHosts: [], exposedRevision: "1-31-1" });
    const host = "istiod-1-31-1.istio-system.svc";
    assert.deepEqual(at(gateway?.spec, "servers"), [
      {
        port: { number: 15012, name: "tls-istiod", protocol: "TLS" },
        tls: { mode: "PASSTHROUGH" },
        hosts: [host],
      },
      {
        port: { number: 15017, name: "tls-webhook", protocol: "TLS" },
        tls: { mode: "PASSTHROUGH" },
        hosts: [host],
      },
    ]);
    const to = (number: number) => [{ destination: { host: `${host}.cluster.local`, port: { number } } }];
    assert.deepEqual(route?.spec, {
      hosts: [host],
      gateways: ["istiod-gateway"],
      tls: [
        { match: [{ port: 15012, sniHosts: [host] }], route: to(15012) },
        { match: [{ port: 15017, sniHosts: [host] }], route: to(443) },
      ],
    });
  });
});

describe("the values of an east-west gateway", () => {
  it("open the ports of istiod for remotes only", () => {
    const ports = (exposesIstiod: boolean): unknown =>
      (at(eastWestValues({ ...place, exposesIstiod }), "service.ports") as { port: number }[]).map(
        ({ port }) => port,
      );
    assert.deepEqual([ports(false), ports(true)], [[15443], [15443, 15012, 15017]]);
    assert.deepEqual(
      eastWestPorts(true).map(({ port }) => port),
      [15443, 15012, 15017],
    );
  });

  it("are refused without sources: an empty list would let everybody in", () => {
    assert.throws(() => eastWestValues({ ...place, sources: [] }), /open to everybody/);
  });

  it("have the profile's size, and constraints over their own pods", () => {
    for (const profile of Object.keys(profiles) as ProfileName[]) {
      const values = eastWestValues({ ...place, profile });
      assert.deepEqual(values["resources"], at(profiles[profile].gateway, "resources"), profile);
    }
    const [constraint] = eastWestValues({ ...place, profile: "production" })[
      "topologySpreadConstraints"
    ] as object[];
    assert.deepEqual(at(constraint, "labelSelector.matchLabels"), { istio: "eastwestgateway" });
  });

  it("follow the user last", () => {
    const overrides = [{ service: { annotations: { a: "mine" } } }, { replicaCount: 2 }];
    const values = eastWestValues({ ...place, revision: "1-31-1", overrides });
    assert.deepEqual(
      [at(values, "service.annotations.a"), values["replicaCount"], values["revision"]],
      ["mine", 2, "1-31-1"],
    );
  });
});

describe("the values of a primary and its remotes", () => {
  it("let the primary's istiod run other clusters", () => {
    assert.equal(
      at(istioValues({ ...region, controlPlane: { kind: "primary" } }), "istiod.global.externalIstiod"),
      true,
    );
    assert.equal(at(istioValues(region), "istiod.global.externalIstiod"), undefined);
  });

  it("send a remote to that istiod, and say where its pods are", () => {
    const values = istioValues({ ...region, controlPlane: { kind: "remote", address: "203.0.113.9" } });
    const said = [
      "base.profile",
      "base.defaultRevision",
      "istiod.profile",
      "istiod.global.remotePilotAddress",
      "istiod.istiodRemote.injectionPath",
    ].map((path) => at(values, path));
    assert.deepEqual(said, [
      "remote",
      "",
      "remote",
      "203.0.113.9",
      "/inject/cluster/westeurope-cluster/net/network2",
    ]);
  });
});
