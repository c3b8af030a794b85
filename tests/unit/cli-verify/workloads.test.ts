import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { catalog } from "../../../catalog";
import { readObjects } from "../../../cli/lint/files";
import { judgeRequests, WORKLOADS } from "../../../cli/verify/judge/requests";
import { TEST_APPLICATION, testApplicationOf } from "../../../cli/verify/requests/application";
import { allRules } from "../../../guardrails/rules";
import { token } from "../../../guardrails/rules/mesh/kinds";
import { judge, sample } from "../guardrails/support/change";
import { WANTED } from "./support";

const ROOT = path.resolve(__dirname, "../../..");
const read = (name: string): string => readFileSync(path.join(ROOT, name), "utf8");

interface Workload {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec?: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly containers: readonly {
          readonly args: readonly string[];
          readonly ports: readonly { readonly containerPort: number }[];
        }[];
      };
    };
  };
}

/** What whoever follows the guide applies is what the catalog's policies are about. */
describe("the workloads of test requests", () => {
  const tests = testApplicationOf(catalog) ?? assert.fail("the catalog has a test application");
  const { services } =
    catalog.applications.find(({ name }) => name === TEST_APPLICATION) ?? assert.fail(TEST_APPLICATION);
  const app = services.find(({ name }) => name === tests.app) ?? assert.fail(tests.app);
  const objects = readObjects(read(WORKLOADS), WORKLOADS).map(({ object }) => object as Workload);
  const named = (kind: string): readonly Workload[] => objects.filter((object) => object.kind === kind);

  it("stand in its namespace, with the accounts that the access rule knows", () => {
    assert.deepEqual([...new Set(objects.map(({ metadata }) => metadata.namespace))], [tests.namespace]);
    assert.deepEqual(
      named("ServiceAccount").map(({ metadata }) => metadata.name),
      [app.serviceAccount, tests.client.serviceAccount],
    );
  });

  it("answer by the label that the ServiceEntry selects, at the port that it names", () => {
    const [{ spec } = assert.fail("no Deployment"), ...more] = named("Deployment");
    assert.ok(spec);
    const { metadata, spec: pod } = spec.template;
    assert.deepEqual([more, pod.serviceAccountName], [[], app.serviceAccount]);
    assert.deepEqual([metadata.labels["app"], spec.selector.matchLabels["app"]], [tests.app, tests.app]);
    assert.deepEqual(
      pod.containers.map(({ args, ports }) => [args, ports.map(({ containerPort }) => containerPort)]),
      [[[`--port=${app.targetPort}`], [app.targetPort]]],
    );
  });

  it("pass every guardrail", async () => {
    const subjects = objects.map((object) =>
      sample(
        token(object.apiVersion, object.kind),
        object as unknown as Readonly<Record<string, unknown>>,
        object.metadata.name,
      ),
    );
    const judged = new Set(allRules.flatMap((rule) => ("types" in rule ? rule.types : [])));
    assert.ok(subjects.some(({ type }) => judged.has(type)));
    const pods = allRules.filter((rule) => rule.scope !== "stack");
    for (const rule of pods) assert.deepEqual([rule.id, ...(await judge(rule, subjects))], [rule.id]);
  });

  it("are named where they are missing, and in the guide", () => {
    const sent = { answers: new Map([["eastus", { simulated: 0 }]]) };
    const { faults } = judgeRequests(WANTED, new Map(), sent);
    assert.match(faults[0]?.fix ?? "", new RegExp(`kubectl apply -f ${WORKLOADS.replaceAll(".", "\\.")}`));
    assert.ok(read("docs/verify.md").includes(`apply -f ${WORKLOADS}`));
  });
});
