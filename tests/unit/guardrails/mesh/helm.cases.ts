import path from "node:path";
import { RELEASE } from "../../../../guardrails/rules/mesh/kinds";
import type { Cases, RuleCase } from "../support/cases";
import { CONTAINER, DEPLOYMENT } from "./support/objects";

// Nothing here asks a network: every chart makes the objects that the values are.
process.env["GUARDRAILS_HELM"] = path.join(__dirname, "support", "helm");

const NAME = "istiod-default";

type Own = Pick<RuleCase, "mutate" | "says" | "absent"> & { configured?: RuleCase["configured"] };

function onRelease(one: Own): RuleCase {
  const configured = { settings: { except: [NAME] }, change: one.mutate };
  return { on: RELEASE, name: NAME, configured, ...one };
}

/** A chart of one Deployment, whose container is changed. */
const chartOf = (container: Readonly<Record<string, unknown>>) => ({
  values: {
    ...DEPLOYMENT,
    spec: { template: { spec: { containers: [{ ...CONTAINER, ...container }] } } },
  },
});

const PRIVILEGED = chartOf({
  securityContext: { ...(CONTAINER["securityContext"] as object), privileged: true },
});

export const helmCases: Cases = {
  "helm-version-pinned": onRelease({
    mutate: { version: "^1.31" },
    says: /^version: got ("\^1\.31"|nothing); allowed is one version in full/,
    absent: { change: { version: undefined }, says: /got nothing/ },
  }),
  "helm-atomic": onRelease({
    mutate: { atomic: false },
    says: /^atomic: got (false|nothing); allowed is true/,
    absent: { change: { atomic: undefined }, says: /got nothing/ },
  }),
  "helm-repository-https": onRelease({
    mutate: { "repositoryOpts.repo": "http://charts.example.com" },
    says: /^repositoryOpts\.repo: got "http:/,
    absent: { change: { repositoryOpts: undefined } },
  }),
  "helm-objects": onRelease({
    mutate: PRIVILEGED,
    says: /^Release istiod-default › Deployment apps\/sample: .*privileged: got true; .*\(kubernetes-privileged: /,
    absent: { change: { values: undefined } },
    configured: { settings: { skip: ["kubernetes-privileged"] }, change: PRIVILEGED },
  }),
  "helm-objects-advice": onRelease({
    mutate: chartOf({ resources: {} }),
    says: /^Release istiod-default › Deployment apps\/sample: .*requests\.(cpu|memory): got nothing/,
    absent: { change: { values: undefined } },
    configured: {
      settings: { settings: { "kubernetes-requests": { except: ["apps/sample"] } } },
      change: chartOf({ resources: {} }),
    },
  }),
  "helm-objects-checked": onRelease({
    mutate: { valueYamlFiles: [{ path: "values.yaml" }] },
    says: /^Release istiod-default: the objects that it makes were not checked, since/,
    absent: { change: { chart: undefined }, says: /it names no chart/ },
  }),
};
