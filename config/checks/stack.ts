import { Cidr, CidrError, GLOBAL_STACK } from "../../topology";
import { type Fault, HIDDEN, show, unknownNameFix } from "../faults";
import { textsOf } from "../walk";
import type { CheckContext } from "./context";
import { kubeconfigFault } from "./kubeconfig";

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

/** Region settings about what only a cluster of our making has. */
const AKS_ONLY: readonly string[] = ["dnsLabel", "dnsLabelScope"];

/** The stack itself: its name, its platform, what may only be said by a region. */
export function checkStack(context: CheckContext, facts: StackFacts): readonly Fault[] {
  return [
    ...checkName(context),
    ...(context.role === "global" ? checkGlobal(context, facts) : []),
    ...(context.role === "region"
      ? [
          ...checkLocation(context, facts),
          ...checkPlatform(context, facts),
          ...checkGatewayName(context, facts),
          ...checkEgress(context, facts),
        ]
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

/** A name in Azure's zone is the public address's, and an existing cluster has none of ours. */
function checkGatewayName(context: CheckContext, facts: StackFacts): readonly Fault[] {
  if (context.own.platform !== "existing") return [];
  const stated = facts.saidOwn.filter((key) => AKS_ONLY.includes(key));
  return stated.map((key) => ({
    setting: context.name(key),
    got: "a value with platform existing",
    allowed:
      "with platform aks only: here the gateway has the address that the cluster's own load balancer gives it",
    fix: `pulumi config rm ${context.name(key)} --stack ${context.stack}, and point a DNS name at that address yourself`,
  }));
}

function checkEgress(context: CheckContext, facts: StackFacts): readonly Fault[] {
  const { platform } = context.own;
  if (platform === "aks" && facts.saidOwn.includes("egressAddresses")) {
    return [
      {
        setting: context.name("egressAddresses"),
        got: "a value with platform aks",
        allowed:
          "with platform existing only: the program makes the address that an AKS cluster's calls come from",
        fix: `pulumi config rm ${context.name("egressAddresses")} --stack ${context.stack}`,
      },
    ];
  }
  return textsOf(context.said["egressAddresses"]).flatMap(([index, text]) => {
    const reason = rangeFault(text.includes("/") ? text : `${text}/32`);
    if (reason === undefined) return [];
    return [
      {
        setting: context.name("egressAddresses", index),
        got: show(text),
        allowed: "an IPv4 address such as 203.0.113.7, or a range that leaves somebody out",
        fix: `correct it: ${reason}`,
      },
    ];
  });
}

function rangeFault(text: string): string | undefined {
  try {
    return Cidr.parse(text).prefix > 0 ? undefined : "it is everybody's";
  } catch (error) {
    if (!(error instanceof CidrError)) throw error;
    return error.message;
  }
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
  if (context.offline) return [];
  const fault = kubeconfigFault(facts.kubeconfig);
  if (fault === undefined) return [];
  return [
    {
      setting,
      got: HIDDEN,
      allowed: `a kubeconfig that stands alone; this value ${fault.reason}`,
      fix: fault.fix === undefined ? set : `${fault.fix}; then ${set}`,
    },
  ];
}
