import type { SandboxContext } from "../../cli/sandbox/context";
import { execute, type Finished } from "./kube";

/** A step of a preview that is no `same`. */
export interface PlannedStep {
  readonly op: string;
  /** Last part of the type token, e.g. `VirtualService`. */
  readonly kind: string;
  /** Logical name. */
  readonly name: string;
  /** Inputs that differ, as property paths, sorted; none for what comes or goes. */
  readonly paths: readonly string[];
}

/** What a preview would change, as `pulumi preview --json` says. */
export async function planned(
  context: SandboxContext,
  stack: string,
  args: readonly string[] = [],
): Promise<PlannedStep[]> {
  const done = await pulumi(context, stack, ["preview", "--json", ...args]);
  if (done.code !== 0) throw new Error(`pulumi preview of ${stack}: ${done.stdout}${done.stderr}`);
  const plan = JSON.parse(done.stdout) as { steps?: RawStep[] };
  return (plan.steps ?? [])
    .filter((step) => step.op !== "same" && step.op !== "read")
    .map((step) => {
      const [, , types = "", name = ""] = step.urn.split("::");
      const paths = Object.keys(step.detailedDiff ?? {}).toSorted();
      return { op: step.op, kind: types.split(":").at(-1) ?? types, name, paths };
    });
}

/** A resource as a preview shows it, changed or not. */
export interface PreviewedResource {
  /** Type token. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Every resource that a preview shows, those without a change too; not those that it would delete. */
export async function previewed(context: SandboxContext, stack: string): Promise<PreviewedResource[]> {
  const done = await pulumi(context, stack, ["preview", "--json", "--show-sames"]);
  if (done.code !== 0) throw new Error(`pulumi preview of ${stack}: ${done.stdout}${done.stderr}`);
  const plan = JSON.parse(done.stdout) as { steps?: RawStep[] };
  return (plan.steps ?? []).flatMap(({ op, urn, newState }) => {
    if (op === "read" || newState === undefined || newState === null) return [];
    return [{ type: newState.type, name: urn.split("::").at(-1) ?? "", inputs: newState.inputs ?? {} }];
  });
}

interface RawStep {
  readonly op: string;
  readonly urn: string;
  readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
  readonly newState?: { readonly type: string; readonly inputs?: Readonly<Record<string, unknown>> } | null;
}

/** Runs `pulumi` on one stack by hand. */
export function pulumi(
  context: SandboxContext,
  stack: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const [command = "preview", ...rest] = args;
  return execute(
    context,
    "pulumi",
    [command, "--stack", stack, "--non-interactive", ...rest],
    undefined,
    env,
  );
}
