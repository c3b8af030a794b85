import {
  PolicyPack,
  type PolicyConfigSchema,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import { z } from "zod";
import { endWithEngine } from "./orphan";
import type { GivenSettings, Rule, Subject } from "./rule";
import { allRules } from "./rules";
import { plainData } from "./unknown";

/** Name of the pack; it stands in front of every violation. */
export const PACK = "global-mesh";

/** Inputs of the resources that the engine has shown so far, by URN. */
type Seen = Map<string, unknown>;

/**
 * A rule as a policy of CrossGuard.
 * @param seen shared by all policies of a pack. For a stack the engine shows what providers answered, from which Azure
 *   leaves out what a resource belongs to; a rule over a stack is to see the inputs, as every other rule does.
 */
export function policy(rule: Rule, seen: Seen = new Map()): ResourceValidationPolicy | StackValidationPolicy {
  const said = {
    name: rule.id,
    description: rule.title,
    enforcementLevel: rule.level,
    remediationSteps: rule.fix,
    ...(rule.sources[0] === undefined ? {} : { url: rule.sources[0].url }),
    configSchema: settingsSchema(rule),
  };
  if (rule.scope === "resource") {
    const types = new Set(rule.types);
    return {
      ...said,
      validateResource: async (args, report) => {
        seen.set(args.urn, args.props);
        if (!types.has(withoutVersion(args.type))) return;
        const found = await rule.check(subject(args), args.getConfig<GivenSettings>());
        for (const message of found) report(violation(rule, message));
      },
    };
  }
  return {
    ...said,
    validateStack: (args, report) => {
      const subjects = args.resources.map((one) =>
        subject({ ...one, props: seen.get(one.urn) ?? one.props }),
      );
      for (const message of rule.check(subjects, args.getConfig<GivenSettings>())) {
        report(violation(rule, message));
      }
    },
  };
}

/** Serves the pack to the engine that started this process. */
export function servePack(): void {
  endWithEngine();
  const seen: Seen = new Map();
  new PolicyPack(PACK, {
    policies: allRules.map((rule) => policy(rule, seen)),
    description: "Guardrails for AKS clusters and an Istio mesh over them",
  });
}

/** The engine prints the rule's title in front of this. */
export function violation(rule: Pick<Rule, "fix">, message: string): string {
  return `${message}\nFix: ${rule.fix}`;
}

/**
 * A kind without the API version that its package was made for: `azure-native:containerservice/v20230901:ManagedCluster`
 * of the package's second major version, `azure-native_containerservice_v20250901:containerservice:ManagedCluster` of a
 * local package. The second major version has diagnostic settings in a module that the third has divided.
 */
export function withoutVersion(type: string): string {
  return type
    .replace(/^azure-native(?:_\w+)?:(\w+)(?:\/v\d{8}\w*)?:/, "azure-native:$1:")
    .replace(/^azure-native:insights:DiagnosticSetting$/, "azure-native:monitor:DiagnosticSetting");
}

function subject(resource: { type: string; name: string; urn: string; props: unknown }): Subject {
  return {
    type: withoutVersion(resource.type),
    name: resource.name,
    urn: resource.urn,
    props: plainData(resource.props) as Subject["props"],
  };
}

/** What the CLI checks a policy config file against before anything runs. */
function settingsSchema(rule: Rule): PolicyConfigSchema {
  const { properties } = z.toJSONSchema(rule.settings, { io: "input" });
  return { properties: properties as PolicyConfigSchema["properties"] };
}
