import assert from "node:assert/strict";
import type { Values } from "../../../istio/values";
import { FaultError } from "../../../istio/rules/fault";
import {
  controlPlaneHighAvailability,
  linkerdValues,
  type LinkerdChart,
  type LinkerdOverrides,
} from "../../../linkerd/values";
import { chartFile } from "./support/reference";

const make = (overrides: LinkerdOverrides = {}): Readonly<Record<LinkerdChart, Values>> =>
  linkerdValues({
    trustDomain: "cluster.local",
    installGatewayApi: true,
    defaultInboundPolicy: "all-authenticated",
    overrides,
  });

/** The value at a dotted path. */
function at(values: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], values);
}

/** Every leaf with its path. */
function leaves(value: unknown, path = ""): readonly (readonly [string, unknown])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === "" ? key : `${path}.${key}`));
}

/** Whether a chart has a place for a value, left empty or with a default of its type. */
function takes(chart: unknown, path: string, value: unknown): boolean {
  const own = at(chart, path);
  return own === null || own === "" || typeof own === typeof value;
}

/** Paths of values that a chart has no place for, or holds as something of another type. */
function strange(values: Values, ...charts: readonly unknown[]): readonly string[] {
  return leaves(values)
    .filter(([path, value]) => !charts.some((chart) => takes(chart, path, value)))
    .map(([path]) => path);
}

describe("Linkerd's chart values", () => {
  describe("key by key against the charts' own", () => {
    const CONTROL_PLANE = "linkerd-control-plane.values.yaml";
    const HIGH_AVAILABILITY = "linkerd-control-plane.values-ha.yaml";

    it("are high available as the chart's own file has it, word for word", function () {
      assert.deepEqual(controlPlaneHighAvailability, chartFile(this, HIGH_AVAILABILITY));
    });

    it("know no key that the control plane's chart does not know", function () {
      const charts = [chartFile(this, CONTROL_PLANE), chartFile(this, HIGH_AVAILABILITY)];
      assert.deepEqual(strange(make().controlPlane, ...charts), []);
      const old = { ...make().controlPlane, destinationReplicas: 3, proxy: { ressources: {} } };
      assert.deepEqual(
        strange({ ...old, proxy: { resource: 1 }, identity: { externalCA: "yes" } }, ...charts),
        ["proxy.resource", "identity.externalCA", "destinationReplicas"],
      );
    });

    it("know no key that linkerd-crds and linkerd-viz do not know", function () {
      assert.deepEqual(strange(make().crds, chartFile(this, "linkerd-crds.values.yaml")), []);
      assert.deepEqual(strange(make().viz, chartFile(this, "linkerd-viz.values.yaml")), []);
    });
  });

  it("are the production values to the last one", () => {
    const { controlPlane } = make();
    const expected = {
      controllerReplicas: 3,
      enablePodAntiAffinity: true,
      "proxy.resources.cpu": { request: "100m", limit: "1000m" },
      "proxy.resources.memory": { limit: "512Mi", request: "128Mi" },
      enablePodDisruptionBudget: true,
      identityTrustDomain: "cluster.local",
      "identity.issuer.issuanceLifetime": "24h0m0s",
      "identity.issuer.clockSkewAllowance": "20s",
    };
    for (const [path, value] of Object.entries(expected))
      assert.deepEqual(at(controlPlane, path), value, path);
  });

  it("take anchor and issuer from the cluster, and hold no certificate and no key", () => {
    const { controlPlane } = make();
    assert.equal(at(controlPlane, "identity.externalCA"), true);
    assert.equal(at(controlPlane, "identity.issuer.scheme"), "kubernetes.io/tls");
    assert.doesNotMatch(JSON.stringify(make()), /PEM|BEGIN/);
  });

  it("say what the catalog says of callers without an identity", () => {
    assert.equal(at(make().controlPlane, "proxy.defaultInboundPolicy"), "all-authenticated");
    const silent = linkerdValues({ trustDomain: "a.example", installGatewayApi: false, overrides: {} });
    assert.equal(at(silent.controlPlane, "proxy.defaultInboundPolicy"), undefined);
    assert.deepEqual(silent.crds, { installGatewayAPI: false });
    assert.equal(at(silent.controlPlane, "identityTrustDomain"), "a.example");
    assert.equal(at(silent.viz, "identityTrustDomain"), "a.example");
  });

  it("let the user's win, and take one away", () => {
    const { controlPlane, viz, crds } = make({
      controlPlane: {
        proxy: { resources: { cpu: { limit: null, request: "50m" } } },
        controllerLogLevel: "debug",
      },
      viz: { tap: { replicas: 1 } },
      crds: { enableTcpRoutes: true },
    });
    assert.deepEqual(at(controlPlane, "proxy.resources.cpu"), { request: "50m" });
    assert.equal(at(controlPlane, "controllerLogLevel"), "debug");
    assert.equal(at(viz, "tap.replicas"), 1);
    assert.deepEqual(crds, { installGatewayAPI: true, enableTcpRoutes: true });
  });

  it("take the numbers that older charts had for single Deployments as the one that the chart has now", () => {
    const { controlPlane } = make({
      controlPlane: { controllerReplicas: 3, destinationReplicas: 5, identityReplicas: 4 },
    });
    assert.equal(controlPlane["controllerReplicas"], 5);
    assert.ok(!("destinationReplicas" in controlPlane) && !("identityReplicas" in controlPlane));
    assert.equal(make({ controlPlane: { identityReplicas: 2 } }).controlPlane["controllerReplicas"], 2);
  });

  it("refuse a private key, and do not repeat it", () => {
    const key = "-----BEGIN EC PRIVATE KEY-----";
    const overrides = {
      controlPlane: { identity: { issuer: { tls: { keyPEM: key } } }, proxyInjector: { keyPEM: "" } },
      viz: { tap: { keyPEM: key } },
    };
    assert.throws(
      () => make(overrides),
      (error: unknown) => {
        assert.ok(error instanceof FaultError);
        assert.deepEqual(
          error.faults.map(({ setting }) => setting),
          ["linkerd.values.controlPlane.identity.issuer.tls.keyPEM", "linkerd.values.viz.tap.keyPEM"],
        );
        assert.doesNotMatch(error.message, /BEGIN/);
        return true;
      },
    );
  });
});
