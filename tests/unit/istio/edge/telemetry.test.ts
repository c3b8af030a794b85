import assert from "node:assert/strict";
import { shopsWith, specsOf } from "./support";

describe("telemetry", () => {
  it("stands in the root namespace for the mesh, elsewhere for a namespace or the workloads of a service", () => {
    const app = shopsWith({
      telemetry: [
        {
          name: "mesh",
          scope: "mesh",
          accessLog: { filter: "response.code >= 400" },
          metrics: {},
          tracing: { samplingPercent: 1, tags: { stage: "test", area: "shop" } },
        },
        { name: "quiet", scope: { namespace: "shops" }, accessLog: { disabled: true } },
        {
          name: "shop",
          scope: { service: "shops/shop" },
          metrics: {
            overrides: [
              {
                metric: "REQUEST_COUNT",
                mode: "SERVER",
                tags: { request_host: "request.host", source_app: null },
              },
              { disabled: true },
            ],
          },
          tracing: { provider: "jaeger", disabled: true },
        },
      ],
    });
    assert.deepEqual(specsOf([app], "Telemetry"), {
      "istio-system/mesh": {
        accessLogging: [{ providers: [{ name: "envoy" }], filter: { expression: "response.code >= 400" } }],
        metrics: [{ providers: [{ name: "prometheus" }] }],
        tracing: [
          {
            randomSamplingPercentage: 1,
            customTags: { area: { literal: { value: "shop" } }, stage: { literal: { value: "test" } } },
          },
        ],
      },
      "shops/quiet": { accessLogging: [{ providers: [{ name: "envoy" }], disabled: true }] },
      "shops/shop": {
        selector: { matchLabels: { app: "shop" } },
        metrics: [
          {
            providers: [{ name: "prometheus" }],
            overrides: [
              {
                match: { metric: "REQUEST_COUNT", mode: "SERVER" },
                tagOverrides: {
                  request_host: { operation: "UPSERT", value: "request.host" },
                  source_app: { operation: "REMOVE" },
                },
              },
              { match: { metric: "ALL_METRICS", mode: "CLIENT_AND_SERVER" }, disabled: true },
            ],
          },
        ],
        tracing: [{ providers: [{ name: "jaeger" }], disableSpanReporting: true }],
      },
    });
  });

  it("switches on again what is off for a wider scope", () => {
    const app = shopsWith({
      telemetry: [
        {
          name: "off",
          scope: "mesh",
          metrics: { overrides: [{ disabled: true }] },
          tracing: { disabled: true },
        },
        {
          name: "on",
          scope: { namespace: "shops" },
          metrics: { overrides: [{ metric: "REQUEST_COUNT", disabled: false }] },
          tracing: { disabled: false },
        },
      ],
    });
    assert.deepEqual(specsOf([app], "Telemetry")["shops/on"], {
      metrics: [
        {
          providers: [{ name: "prometheus" }],
          overrides: [{ match: { metric: "REQUEST_COUNT", mode: "CLIENT_AND_SERVER" }, disabled: false }],
        },
      ],
      tracing: [{ disableSpanReporting: false }],
    });
  });
});
