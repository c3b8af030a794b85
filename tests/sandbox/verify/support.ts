import { catalog } from "../../../catalog";
import type { CheckName } from "../../../cli/verify/check";
import { verifyCommand, type VerifyOptions } from "../../../cli/verify/command";
import type { VerifyReport } from "../../../cli/verify/report";
import { makeStanding, type Standing } from "../../support/standing";

/** The regions of this folder's mesh; the first is the primary. */
export const REGIONS = ["eastus", "westeurope"] as const;

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

const never = new AbortController().signal;

/** Runs the command on the sandbox. */
export function verify(options: VerifyOptions = {}, signal: AbortSignal = never): Promise<VerifyReport> {
  const { program, home } = verified().context;
  return verifyCommand({ program, home: home.root, ...options }, catalog, signal);
}

/** The states of one check, by region. */
export function statesOf(report: VerifyReport, check: CheckName): Readonly<Record<string, string>> {
  return Object.fromEntries(
    report.checks
      .filter((one) => one.check === check && one.scope !== "mesh")
      .map(({ scope, state, detail }) => [scope, `${state}: ${detail}`]),
  );
}
