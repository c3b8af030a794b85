import { token } from "../../../../guardrails/rules/mesh/kinds";
import type { Change, Cases, RuleCase } from "../support/cases";
import { NETWORKING, object } from "./support/objects";

const SERVICE = "production/VirtualService/ai-agent";
const RULE = "production/DestinationRule/ai-agent";
const LOCALITY = "spec.trafficPolicy.loadBalancer.localityLbSetting";

function onRoutes(one: Pick<RuleCase, "mutate" | "says" | "absent">): RuleCase {
  const configured = { settings: { except: [SERVICE] }, change: one.mutate };
  return { on: token(NETWORKING, "VirtualService"), name: SERVICE, ...one, configured };
}

function onLocality(one: Pick<RuleCase, "mutate" | "says" | "absent">): RuleCase {
  const configured = { settings: { except: [RULE] }, change: one.mutate };
  return { on: token(NETWORKING, "DestinationRule"), name: RULE, ...one, configured };
}

const ROUTE = [{ destination: { host: "ai-agent.global" } }];
const FAILOVER = [{ from: "eastus", to: "westeurope" }];
const renamed: Change = { "spec.subsets[1].name": "v3" };

export const trafficCases: Cases = {
  "istio-route-weights": onRoutes({
    mutate: { "spec.http[0].route[0].weight": 70 },
    says: /^spec\.http\[0\]\.route: got \[\d+,20\]; allowed is weights that sum to 100; these sum to (90|20)/,
    // A destination without a weight beside others gets nothing.
    absent: { change: { "spec.http[0].route[0].weight": undefined }, says: /these sum to 20/ },
  }),
  "istio-route-reachable": onRoutes({
    mutate: {
      "spec.http": [
        { match: [{ uri: { prefix: "/" } }], route: ROUTE },
        { name: "late", match: [{ uri: { prefix: "/api" } }], route: ROUTE },
      ],
    },
    says: /^spec\.http\[1\]: got "late"; allowed is its place before spec\.http\[0\]/,
    absent: { change: { "spec.http": undefined } },
  }),
  "istio-route-hosts": onRoutes({
    mutate: { "spec.hosts[0]": "ai-agent" },
    says: /^spec\.hosts: got "ai-agent"; allowed is the full name/,
    absent: { change: { "spec.hosts": undefined } },
  }),
  "istio-route-retries": onRoutes({
    mutate: {
      "spec.http[0].match": [{ method: { exact: "POST" } }],
      "spec.http[0].retries": { attempts: 3, retryOn: "5xx,connect-failure" },
    },
    says: /^spec\.http\[0\]\.retries\.retryOn: got "5xx,connect-failure"; allowed is without 5xx for POST/,
    // Istio's own condition repeats nothing that a workload has seen.
    absent: {
      change: {
        "spec.http[0].match": [{ method: { exact: "POST" } }],
        "spec.http[0].retries": { attempts: 3 },
      },
    },
  }),
  "istio-subset-defined": {
    on: token(NETWORKING, "DestinationRule"),
    name: RULE,
    mutate: renamed,
    says: /^VirtualService production\/ai-agent: subset: got "ai-agent\.global v\d"/,
    absent: { change: { "spec.subsets": undefined }, says: /defines: none$/ },
    configured: { settings: { except: [SERVICE] }, change: renamed },
  },
  "istio-locality-one-form": onLocality({
    mutate: {
      [`${LOCALITY}.failover`]: FAILOVER,
      "spec.trafficPolicy.outlierDetection": { consecutiveGatewayErrors: 5 },
    },
    says: /localityLbSetting: got \["distribute","failover"\]; allowed is one of/,
    absent: { change: { [LOCALITY]: undefined } },
  }),
  "istio-locality-shares": onLocality({
    mutate: { [`${LOCALITY}.distribute[0].to`]: { "eastus/*": 80, "westeurope/*": 10 } },
    says: /distribute\[0\]\.to: got .*these sum to 90/,
    absent: { change: { [`${LOCALITY}.distribute`]: undefined } },
  }),
  "istio-locality-detection": onLocality({
    mutate: { [LOCALITY]: { enabled: true, failover: FAILOVER } },
    says: /^spec\.trafficPolicy\.outlierDetection: got nothing/,
    // Without a distribution the setting means failover to wherever is next.
    absent: { change: { [`${LOCALITY}.distribute`]: undefined }, says: /outlierDetection: got nothing/ },
  }),
  "istio-port-protocol": {
    on: token("v1", "Service"),
    good: object(
      "v1",
      "Service",
      { spec: { selector: { app: "ai-agent" }, ports: [{ name: "http-api", port: 80 }] } },
      "production",
    ),
    mutate: { "spec.ports[0].name": "api" },
    says: /^Service production\/sample: spec\.ports\[0\]\.name: got ("api"|nothing); allowed is/,
    absent: { change: { "spec.ports[0].name": undefined }, says: /got nothing/ },
    configured: { settings: { except: ["sample"] }, change: { "spec.ports[0].name": "api" } },
  },
};
