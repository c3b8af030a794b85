import assert from "node:assert/strict";
import { ACCESS_LOG_FIELDS } from "../../../istio/values/accessLog";
import { at, meshConfig, Rendered, type Fields } from "./render";

/** The production installation of the guide that this mesh follows, path by path in what the charts render. */
const ACCESS_LOG =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  "%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% " +
  '"%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"';

const CONTAINER = "spec.template.spec.containers.0";

function injected(rendered: Rendered): unknown {
  const map = rendered.find("istiod", "ConfigMap", "istio-sidecar-injector");
  return JSON.parse(String(at(map, "data.values")));
}

function assertAt(object: unknown, expected: Readonly<Record<string, unknown>>): void {
  for (const [path, value] of Object.entries(expected)) assert.deepEqual(at(object, path), value, path);
}

/** The CPU target of an autoscaler, which is to have no other. */
function cpuTarget(scaler: Fields | undefined): unknown {
  const metrics = at(scaler, "spec.metrics") as readonly unknown[];
  assert.equal(metrics.length, 1);
  assert.equal(at(metrics[0], "resource.name"), "cpu");
  return at(metrics[0], "resource.target.averageUtilization");
}

describe("the production value set gives what its guide asks for", function () {
  this.timeout(900_000);
  const rendered = new Rendered({ profile: "production", trustDomain: "cluster.local" });

  it("of the mesh: logs, tracing, DNS, trust domain", () => {
    assertAt(meshConfig(rendered), {
      accessLogFile: "/dev/stdout",
      accessLogEncoding: "JSON",
      enableTracing: true,
      trustDomain: "cluster.local",
      "defaultConfig.proxyMetadata.ISTIO_META_DNS_CAPTURE": "true",
      extensionProviders: [
        { name: "zipkin", zipkin: { service: "zipkin.istio-system.svc.cluster.local", port: 9411 } },
      ],
      "defaultProviders.tracing": ["zipkin"],
      // The chart's own default, which it leaves out where another is said.
      "defaultProviders.metrics": ["prometheus"],
    });
    const env = at(rendered.find("istiod", "Deployment"), `${CONTAINER}.env`) as Fields[];
    const value = (name: string): unknown => env.find((entry) => entry["name"] === name)?.["value"];
    assert.equal(value("PILOT_TRACE_SAMPLING"), "100");
    assert.equal(value("PILOT_ENABLE_IP_AUTOALLOCATE"), "true");
  });

  it("of the access log: every field of the text format, once, and no other", () => {
    const format = JSON.parse(String(at(meshConfig(rendered), "accessLogFormat"))) as Record<string, string>;
    const asked = ACCESS_LOG.match(/%[^%]+%/g);
    assert.deepEqual(Object.values(format), asked);
    assert.equal(asked?.length, 15);
    assert.deepEqual(format, ACCESS_LOG_FIELDS);
  });

  it("of the ingress gateway", () => {
    const scaler = rendered.find("gateway", "HorizontalPodAutoscaler");
    assertAt(scaler, { "spec.minReplicas": 3, "spec.maxReplicas": 10 });
    assert.equal(cpuTarget(scaler), 80);
    assertAt(rendered.find("gateway", "Deployment"), {
      "metadata.name": "istio-ingressgateway",
      "spec.replicas": undefined,
      [`${CONTAINER}.resources`]: {
        requests: { cpu: "500m", memory: "512Mi" },
        limits: { cpu: "2000m", memory: "2048Mi" },
      },
    });
    const service = rendered.find("gateway", "Service");
    assertAt(service, { "spec.type": "LoadBalancer", "spec.selector.istio": "ingressgateway" });
    const ports = (at(service, "spec.ports") as Fields[]).map(
      ({ name, port, targetPort }) => `${String(name)} ${String(port)} ${String(targetPort)}`,
    );
    assert.deepEqual(ports, ["status-port 15021 15021", "http2 80 8080", "https 443 8443"]);
  });

  it("of the egress gateway", () => {
    assertAt(rendered.find("egressGateway", "Deployment"), {
      "metadata.name": "istio-egressgateway",
      "metadata.namespace": "istio-egress",
      "spec.replicas": 2,
      "spec.template.metadata.labels.istio": "egressgateway",
    });
    assert.equal(rendered.find("egressGateway", "HorizontalPodAutoscaler"), undefined);
    assertAt(rendered.find("egressGateway", "Service"), {
      "metadata.namespace": "istio-egress",
      "spec.type": "ClusterIP",
      "spec.selector.istio": "egressgateway",
    });
    assertAt(rendered.find("egressGateway", "PodDisruptionBudget"), { "spec.minAvailable": 1 });
  });

  it("of istiod", () => {
    const scaler = rendered.find("istiod", "HorizontalPodAutoscaler");
    assertAt(scaler, { "spec.minReplicas": 2, "spec.maxReplicas": 5 });
    const deployment = rendered.find("istiod", "Deployment");
    assertAt(deployment, {
      [`${CONTAINER}.resources`]: {
        requests: { cpu: "500m", memory: "2048Mi" },
        limits: { cpu: "2000m", memory: "4096Mi" },
      },
    });
    const args = at(deployment, `${CONTAINER}.args`) as string[];
    assert.ok(args.includes("--log_output_level=default:info"), args.join(" "));
    assert.ok(args.includes("--log_as_json"));
  });

  it("of the proxies that istiod injects", () => {
    assertAt(injected(rendered), {
      "global.proxy.resources": {
        requests: { cpu: "100m", memory: "128Mi" },
        limits: { cpu: "2000m", memory: "1024Mi" },
      },
      "global.logging.level": "default:info",
      "global.logAsJson": true,
    });
  });

  it("in pods that its budgets and spreads select", () => {
    for (const [release, atLeast] of [
      ["istiod", 1],
      ["gateway", 2],
      ["egressGateway", 1],
      ["internalGateway", 1],
    ] as const) {
      const template = at(rendered.find(release, "Deployment"), "spec.template");
      const labels = at(template, "metadata.labels") as Record<string, string>;
      const budget = rendered.find(release, "PodDisruptionBudget");
      assert.equal(at(budget, "spec.minAvailable"), atLeast, release);
      for (const selector of [
        at(template, "spec.topologySpreadConstraints.0.labelSelector.matchLabels"),
        at(budget, "spec.selector.matchLabels"),
      ]) {
        const wanted = Object.entries(selector as Record<string, string>);
        assert.ok(wanted.length > 0);
        for (const [key, value] of wanted) assert.equal(labels[key], value, `${release}: ${key}`);
      }
    }
  });
});

describe("the other installations of the guides", function () {
  this.timeout(900_000);

  it("default, with istiod's resources and the access log as a user's values", () => {
    const rendered = new Rendered({
      profile: "default",
      overrides: [
        {
          istiod: {
            pilot: { resources: { requests: { cpu: "500m", memory: "2048Mi" } } },
            meshConfig: { accessLogFile: "/dev/stdout" },
          },
        },
      ],
    });
    assertAt(rendered.find("istiod", "Deployment"), {
      [`${CONTAINER}.resources.requests`]: { cpu: "500m", memory: "2048Mi" },
    });
    assertAt(meshConfig(rendered), { accessLogFile: "/dev/stdout", extensionProviders: undefined });
  });

  it("demo with values.global.proxy.autoscaleEnabled, for istiod and each gateway", () => {
    const plain = new Rendered({ profile: "demo" });
    const scaled = new Rendered({
      profile: "demo",
      overrides: [{ istiod: { global: { proxy: { autoscaleEnabled: true } } } }],
    });
    for (const release of ["istiod", "gateway", "egressGateway", "internalGateway"] as const) {
      assert.equal(plain.find(release, "HorizontalPodAutoscaler"), undefined, release);
      assert.ok(scaled.find(release, "HorizontalPodAutoscaler"), release);
    }
  });

  it("an internal gateway: on an internal load balancer, by the label that Gateways select", () => {
    for (const profile of ["demo", "default", "minimal", "production"] as const) {
      const service = new Rendered({ profile }).find("internalGateway", "Service");
      assertAt(service, {
        "metadata.name": "istio-internal-gateway",
        "metadata.namespace": "istio-ingress",
        "metadata.annotations": { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" },
        "spec.type": "LoadBalancer",
        "spec.selector.istio": "internal-gateway",
      });
    }
  });

  it("another revision, for every gateway", () => {
    const rendered = new Rendered({ revision: "1-31-1" });
    for (const release of ["gateway", "egressGateway", "internalGateway"] as const) {
      const labels = at(rendered.find(release, "Deployment"), "spec.template.metadata.labels") as Fields;
      assert.equal(labels["istio.io/rev"], "1-31-1", release);
    }
  });
});
