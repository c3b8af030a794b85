import assert from "node:assert/strict";
import { bootstrapTemplate } from "../../../sandbox/node/mesh/bootstrap";
import { proxyConfig } from "../../../sandbox/node/runners/proxy";
import { parse } from "yaml";

const TEMPLATE = `{
  "admin": { "address": { "socket_address": { "address": "{{ .localhost }}", "port_value": 15000 } } },
  "agent": { "address": "{{ .localhost }}", "port_value": {{ .config.StatusPort }} },
  "listener": { "address": "{{ .wildcard }}", "port_value": {{ .envoy_status_port }} },
  "routes": [{ "match": { "prefix": "/healthz/ready" }, "route": { "cluster": "agent" } }]
}`;

describe("the bootstrap template of a pod", () => {
  const placed = bootstrapTemplate(TEMPLATE, { pod: "127.1.3.4", localhost: "127.101.3.4" });

  it("listens nowhere but at the pod's own addresses", () => {
    assert.doesNotMatch(placed, /\.wildcard|\.localhost/);
    assert.match(placed, /"listener": \{ "address": "127\.1\.3\.4"/);
    assert.match(placed, /"admin": .*"127\.101\.3\.4"/);
  });

  it("has Envoy itself say whether it is ready", () => {
    assert.match(placed, /"route": \{ "prefix_rewrite": "\/ready", "cluster": "agent" \}/);
    assert.match(
      placed,
      /"agent": \{ "address": "127\.101\.3\.4", "port_value": \{\{ \.config\.ProxyAdminPort \}\}/,
    );
  });

  it("refuses a template that is laid out otherwise", () => {
    for (const part of ["{{ .wildcard }}", "{{ .localhost }}", ".config.StatusPort", "/healthz/ready"])
      assert.throws(
        () => bootstrapTemplate(TEMPLATE.replaceAll(part, "x"), { pod: "a", localhost: "b" }),
        /laid out otherwise/,
      );
  });

  it("goes with the configuration that the webhook gave, of which only what must differ does", () => {
    const given =
      '{"proxyMetadata":{"ISTIO_META_DNS_CAPTURE":"true"},"concurrency":2,"tracing":{"sampling":1}}';
    assert.deepEqual(
      parse(proxyConfig(given, { envoy: "/tools/envoy" }, { istiodPort: 20_103, heldPort: 20_203 })),
      {
        proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true" },
        tracing: { sampling: 1 },
        binaryPath: "/tools/envoy",
        discoveryAddress: "localhost:20103",
        concurrency: 1,
        statusPort: 20_203,
      },
    );
    const bare = parse(proxyConfig("", { envoy: "/e" }, { istiodPort: 1, heldPort: 2 })) as Record<
      string,
      unknown
    >;
    assert.equal(bare["binaryPath"], "/e");
  });
});
