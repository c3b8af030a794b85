import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { renderReport, type SandboxReport } from "../../../cli/sandbox/report";

const REPORT: SandboxReport = {
  regions: [],
  strays: [],
  plugins: [],
  simulatedPods: 0,
  hasProxies: true,
  proxies: 15,
  refusedProxies: [],
  applications: ["ai-agent", "cross-cluster-test"],
  inPlaceOf: [],
  workloads: [],
  leftOut: [],
  example: "--from eastus/ai-agent http://ai-agent.global/api/health",
  tools: [],
  seconds: 1,
};
const rendered = (change: Partial<SandboxReport> = {}, base = REPORT): string =>
  stripVTControlCharacters(renderReport({ ...base, ...change }));

describe("what mesh sandbox up shows", () => {
  it("of the data plane: applications, proxies and a request to begin with", () => {
    const text = rendered();
    assert.match(text, /Applications: ai-agent, cross-cluster-test\. Proxies .*: 15\.\n/);
    assert.match(
      text,
      /npx mesh sandbox curl --from eastus\/ai-agent http:\/\/ai-agent\.global\/api\/health\n/,
    );
    assert.doesNotMatch(text, /At most|no place|in place of/);
  });

  it("names applications that were replaced, and the way back", () => {
    const text = rendered({ applications: ["microservices"], inPlaceOf: ["ai-agent", "myapp"] });
    assert.match(text, /in place of those of the settings .*: npm run sandbox -- --app ai-agent myapp\n/);
  });

  it("says what to look with, and lists what is synced in order", () => {
    const region = {
      name: "eastus",
      cluster: "eastus-cluster",
      apiAddress: "",
      istioVersion: "",
      gateway: "",
      linkedPeers: [],
      mutualPeers: [],
      pendingPeers: [],
      synced: ["westeurope-cluster", "southeastasia-cluster"],
      policies: [],
      resources: 1,
      seconds: 1,
    };
    const text = stripVTControlCharacters(
      renderReport({ ...REPORT, regions: [region] }, "npx mesh verify --home h"),
    );
    assert.match(text, /as its files want it: npx mesh verify --home h\n/);
    assert.match(text, /pulumi, kubectl, helm and istioctl set up/);
    assert.ok(text.indexOf("southeastasia-cluster") < text.indexOf("westeurope-cluster"));
  });

  it("names each workload that has no room, and each pod that found no place", () => {
    const text = rendered({
      workloads: ["eastus shop/cart-v1"],
      leftOut: ["eastus shop/cart-v2", "eastus shop/till-v2", "westeurope shop/cart-v1"],
      refusedProxies: ["westeurope istio-ingress/gateway-1"],
    });
    assert.match(
      text,
      /At most 16 proxies .* 3 workloads were not started\.\n {2}eastus: shop\/cart-v2, shop\/till-v2\n {2}westeurope: all of its 1\n/,
    );
    assert.match(text, /1 pods found no place .*:\n {2}westeurope: istio-ingress\/gateway-1\n/);
  });

  it("suggests no request where none would pass", () => {
    const silent = Object.fromEntries(Object.entries(REPORT).filter(([name]) => name !== "example"));
    const text = rendered({}, { ...silent, hasProxies: false } as unknown as SandboxReport);
    assert.match(text, /No proxies run, so no request passes\./);
    assert.doesNotMatch(text, /sandbox curl/);
  });
});
