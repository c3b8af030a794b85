import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { parse, parseAllDocuments } from "yaml";
import {
  ADD_ON_CHARTS,
  ADD_ON_NAMES,
  ADD_ON_PORTS,
  addOnValues,
  OBSERVABILITY_NAMESPACE,
  SPAN_PORTS,
  type AddOnName,
} from "../../../istio/observability";
import type { Values } from "../../../istio/values";
import { at, type Fields } from "./render";

/**
 * A folder with the unpacked charts of the add-ons, which no package registry has:
 * `helm pull prometheus --repo … --version … --untar` and so on (docs/observability.md). Without it nothing here runs.
 */
const charts = process.env["ADD_ON_CHARTS"];

const values = new Map<AddOnName, Values>(
  addOnValues({
    enabled: ADD_ON_NAMES,
    region: "eastus",
    clusterName: "eastus-cluster",
    istioVersion: "1.31.1",
    rootNamespace: "istio-system",
    values: { prometheus: {}, grafana: {}, jaeger: {}, kiali: {} },
  }),
);

function render(name: AddOnName): readonly Fields[] {
  const { chart } = ADD_ON_CHARTS[name];
  const args = [
    name,
    path.join(charts ?? "", chart),
    "--namespace",
    OBSERVABILITY_NAMESPACE,
    "--values",
    "-",
  ];
  const text = execFileSync(
    path.join(process.env["SANDBOX_TEST_TOOLS"] ?? "", "helm"),
    ["template", ...args, "--kube-version", "1.35.0"],
    { input: JSON.stringify(values.get(name)), encoding: "utf8", maxBuffer: 64 * 1024 * 1024, stdio: "pipe" },
  );
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Fields | null)
    .filter((object) => object !== null);
}

describe("the charts of the add-ons take notice of our values", function () {
  this.timeout(900_000);
  const rendered = new Map<AddOnName, readonly Fields[]>();
  before(function () {
    if (charts === undefined) this.skip();
    for (const name of ADD_ON_NAMES) rendered.set(name, render(name));
  });
  const find = (name: AddOnName, kind: string, object: string = name): Fields => {
    const found = rendered
      .get(name)
      ?.find((one) => one["kind"] === kind && at(one, "metadata.name") === object);
    assert.ok(found, `${name} renders no ${kind} ${object}`);
    return found;
  };

  it("in Services of the name and port that the others call, inside only", () => {
    for (const name of ADD_ON_NAMES) {
      const { spec } = find(name, "Service") as { spec: { type?: string; ports: { port: number }[] } };
      assert.equal(spec.type ?? "ClusterIP", "ClusterIP", name);
      const ports = spec.ports.map(({ port }) => port);
      assert.ok(ports.includes(ADD_ON_PORTS[name]), `${name}: ${ports.join()}`);
      const outside = rendered.get(name)?.filter(({ kind }) => kind === "Ingress" || kind === "HTTPRoute");
      assert.deepEqual(outside, [], name);
      const labels = at(find(name, "Deployment"), "spec.template.metadata.labels") as Fields;
      assert.equal(labels["sidecar.istio.io/inject"], "false", name);
    }
  });

  it("in Jaeger's port for spans, as HTTP/2, on pods that the network policy names", () => {
    const ports = at(find("jaeger", "Service"), "spec.ports") as Fields[];
    const otlp = ports.find(({ port }) => port === SPAN_PORTS.otlp);
    assert.equal(otlp?.["appProtocol"], "grpc");
    assert.ok(ports.some(({ port }) => port === SPAN_PORTS.zipkin));
    const labels = at(find("jaeger", "Deployment"), "spec.template.metadata.labels") as Fields;
    assert.equal(labels["app.kubernetes.io/name"], "jaeger");
  });

  it("in what Prometheus scrapes and how it signs it", () => {
    const data = at(find("prometheus", "ConfigMap"), "data") as Fields;
    const config = parse(String(data["prometheus.yml"])) as {
      global: { external_labels: object; scrape_interval: string };
      scrape_configs: { job_name: string }[];
    };
    assert.deepEqual(config.global.external_labels, { cluster: "eastus-cluster", region: "eastus" });
    assert.ok(config.scrape_configs.some(({ job_name: job }) => job === "kubernetes-pods"));
    const kinds = rendered.get("prometheus")?.map(({ kind }) => kind) ?? [];
    assert.equal(
      kinds.filter((kind) => kind === "Deployment").length,
      1,
      "what the chart brings along is off",
    );
  });

  it("in Grafana's password, from a file of the secret", () => {
    const text = JSON.stringify(rendered.get("grafana"));
    assert.ok(
      !rendered.get("grafana")?.some(({ kind }) => kind === "Secret"),
      "the chart makes one of its own",
    );
    assert.match(
      text,
      /"name":"GF_SECURITY_ADMIN_PASSWORD__FILE","value":"\/etc\/grafana-admin\/admin-password"/,
    );
    assert.match(text, /"secretName":"grafana-admin"/);
    assert.match(text, /istio\/1\.31\.1\/manifests\/addons\/dashboards\/istio-service-dashboard\.json/);
    assert.doesNotMatch(text, /curl -skf/);
  });

  it("in Kiali's clusters, key and view", () => {
    const text = JSON.stringify(find("kiali", "Deployment"));
    assert.match(text, /"secretName":"kiali-multi-cluster-secret"/);
    assert.match(text, /"secretName":"kiali-signing-key"/);
    const config = parse(
      String((at(find("kiali", "ConfigMap"), "data") as Fields)["config.yaml"]),
    ) as unknown;
    assert.equal(at(config, "kubernetes_config.cluster_name"), "eastus-cluster");
    assert.equal(at(config, "auth.strategy"), "anonymous");
    assert.equal(at(config, "external_services.tracing.enabled"), true);
    const roles = rendered.get("kiali")?.filter(({ kind }) => kind === "ClusterRole") ?? [];
    assert.deepEqual(
      roles.map((role) => at(role, "metadata.name")),
      ["kiali-viewer"],
    );
  });
});
