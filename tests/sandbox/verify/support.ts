import assert from "node:assert/strict";
import { catalog } from "../../../catalog";
import type { CheckName } from "../../../cli/verify/check";
import { verifyCommand, type VerifyOptions } from "../../../cli/verify/command";
import type { VerifyReport } from "../../../cli/verify/report";
import { testApplicationOf } from "../../../cli/verify/requests/application";
import { JOB_LABELS, requestJob } from "../../../cli/verify/requests/job";
import type { KubeObject } from "../../../sandbox/kube";
import { kube } from "../../support/kube";
import { makeStanding, type Standing } from "../../support/standing";

/** The regions of this folder's mesh; the first is the primary. */
export const [HERE, THERE] = ["eastus", "westeurope"] as const;

/** Namespace of the test application. */
export const NAMESPACE = "cross-cluster-test";

/** Label of the Jobs that send requests. */
export const OURS = `app.kubernetes.io/component=${JOB_LABELS["app.kubernetes.io/component"]}`;

let shared: Standing | undefined;

/** A mesh of two regions with the test application alone, and a proxy beside each of its workloads. */
export function verified(): Standing {
  if (shared !== undefined) return shared;
  const standing = makeStanding({ proxies: true });
  standing.edit("Pulumi.yaml", "default: [ai-agent, cross-cluster-test]", "default: [cross-cluster-test]");
  standing.setRegion("southeastasia", undefined);
  standing.write("Pulumi.southeastasia.yaml", undefined);
  shared = standing;
  return standing;
}

/** Called once after all. */
export async function removeVerified(): Promise<void> {
  await shared?.remove();
  shared = undefined;
}

/** Runs kubectl in a region; a command that fails, fails the test. */
export async function must(region: string, args: readonly string[], input?: unknown): Promise<string> {
  const done = await kube(verified().context, region).run(args, input);
  assert.equal(done.code, 0, `kubectl ${args.join(" ")} in ${region}: ${done.stderr}`);
  return done.stdout;
}

/** A Job as a killed command leaves it in the first region, but for its end: it stays until somebody deletes it. */
export function leftJob(name: string): KubeObject {
  const tests = testApplicationOf(catalog) ?? assert.fail("no test application");
  const job = requestJob({ name, tests, image: "curlimages/curl:8", to: [HERE] });
  return { ...job, spec: { ...(job["spec"] as object), ttlSecondsAfterFinished: undefined } };
}

const never = new AbortController().signal;

/** Runs the command on the sandbox. */
export function verify(options: VerifyOptions = {}, signal: AbortSignal = never): Promise<VerifyReport> {
  const { program, home } = verified().context;
  return verifyCommand({ program, home: home.root, ...options }, catalog, signal);
}

/** A change takes its time through API servers, istiods and proxies, and longer on a busy machine. */
const LIMIT_MS = 300_000;

/** Runs the command until exactly these checks are broken, as `requests eastus`; what it said last, otherwise. */
export async function verifyUntil(
  broken: readonly string[],
  skip: readonly CheckName[] = ["analysis"],
): Promise<VerifyReport> {
  const end = Date.now() + LIMIT_MS;
  for (;;) {
    const report = await verify({ wait: "0", skip });
    const found = report.checks
      .filter(({ state, scope }) => scope !== "mesh" && (state === "broken" || state === "unasked"))
      .map(({ check, scope }) => `${check} ${scope}`);
    if (JSON.stringify(found) === JSON.stringify(broken)) return report;
    if (Date.now() > end) assert.deepEqual(found, broken, said(report));
  }
}

/** What a report says, in one text. */
export function said({ faults }: VerifyReport): string {
  return faults.map(({ what, cause, fix }) => `${what}: ${cause} → ${fix}`).join("\n");
}

/** The states of one check, by region. */
export function statesOf(report: VerifyReport, check: CheckName): Readonly<Record<string, string>> {
  return Object.fromEntries(
    report.checks
      .filter((one) => one.check === check && one.scope !== "mesh")
      .map(({ scope, state, detail }) => [scope, `${state}: ${detail}`]),
  );
}
