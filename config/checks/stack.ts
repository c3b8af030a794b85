import { parse } from "yaml";
import { GLOBAL_STACK } from "../../topology";
import { type Fault, HIDDEN, show, unknownNameFix } from "../faults";
import type { CheckContext } from "./context";

/** What a stack's file says besides the settings that have a schema. */
export interface StackFacts {
  readonly kubeconfig: string | undefined;
  /** Whether the kubeconfig is stored as a secret. */
  readonly kubeconfigIsSecret: boolean;
  /** Region settings that the stack names. */
  readonly saidOwn: readonly string[];
  /** `azure-native:location`, where it is said. */
  readonly location: string | undefined;
  /** Whether the location is stored as a secret; then it is not shown. */
  readonly locationIsSecret: boolean;
}

/** The stack itself: its name, its platform, what may only be said by a region. */
export function checkStack(context: CheckContext, facts: StackFacts): readonly Fault[] {
  return [
    ...checkName(context),
    ...(context.role === "global" ? checkGlobal(context, facts) : []),
    ...(context.role === "region"
      ? [...checkLocation(context, facts), ...checkPlatform(context, facts)]
      : []),
  ];
}

function checkName(context: CheckContext): readonly Fault[] {
  if (context.role !== undefined || context.table === undefined) return [];
  const known = [GLOBAL_STACK, ...Object.keys(context.table)];
  return [
    {
      setting: "stack name",
      got: show(context.stack),
      allowed: known.join(", "),
      fix: unknownNameFix(
        context.stack,
        known,
        `add the region to ${context.name("regions")}, or select another stack: pulumi stack select <name>`,
      ),
    },
  ];
}

function checkGlobal(context: CheckContext, facts: StackFacts): readonly Fault[] {
  return facts.saidOwn.map((key) => ({
    setting: context.name(key),
    got: "a value on the stack global",
    allowed: "on the stack of a region only: global has no cluster",
    fix: `pulumi config rm ${context.name(key)} --stack ${GLOBAL_STACK}`,
  }));
}

function checkLocation(context: CheckContext, facts: StackFacts): readonly Fault[] {
  if (facts.location === undefined || facts.location === context.stack) return [];
  return [
    {
      setting: "azure-native:location",
      got: facts.locationIsSecret ? HIDDEN : show(facts.location),
      allowed: `${context.stack}, the region's own name: nodes carry the location as their locality, and the locality tables go by region`,
      fix: `pulumi config set azure-native:location ${context.stack}`,
    },
  ];
}

function checkPlatform(context: CheckContext, facts: StackFacts): readonly Fault[] {
  const setting = context.name("kubeconfig");
  const set = `pulumi config set --secret ${setting} < kubeconfig.yaml`;
  const { platform } = context.own;
  if (platform === undefined) return [];
  if (platform === "aks") {
    if (facts.kubeconfig === undefined) return [];
    return [
      {
        setting,
        got: HIDDEN,
        allowed: "nothing with platform aks: the kubeconfig comes from Azure",
        fix: `pulumi config rm ${setting}, or write ${context.name("platform")}: existing`,
      },
    ];
  }
  if (facts.kubeconfig === undefined) {
    return [
      { setting, got: "nothing", allowed: "the kubeconfig of the existing cluster, as a secret", fix: set },
    ];
  }
  if (!facts.kubeconfigIsSecret) {
    return [
      {
        setting,
        got: "a value in plain text",
        allowed: "a secret: the stack file is tracked",
        fix: `${set}; treat the credential as known to whoever could read the file`,
      },
    ];
  }
  const reason = kubeconfigFault(facts.kubeconfig);
  if (reason === undefined) return [];
  return [{ setting, got: HIDDEN, allowed: `a kubeconfig; this value ${reason}`, fix: set }];
}

/** Why a text is no kubeconfig. Never quotes it. */
function kubeconfigFault(text: string): string | undefined {
  let config: unknown;
  try {
    config = parse(text, { logLevel: "silent" });
  } catch {
    return "is not YAML";
  }
  if (typeof config !== "object" || config === null) return "is not a YAML mapping";
  const parts = config as Readonly<Record<string, unknown>>;
  const missing = ["clusters", "users", "contexts"].filter((part) => {
    const list = Object.hasOwn(parts, part) ? parts[part] : undefined;
    return !Array.isArray(list) || list.length === 0;
  });
  if (missing.length > 0) return `has no ${missing.join(", no ")}`;
  return typeof parts["current-context"] === "string" ? undefined : "has no current-context";
}
