import type { RuleText } from "../finding";
import type { LintRule } from "../rule";
import { authorizationRules } from "./authorization";
import { edgeRules } from "./edge";
import { gatewayRules } from "./gateways";
import { localityRules } from "./locality";
import { mtlsRules } from "./mtls";
import { nameRules } from "./names";
import { parityRules } from "./parity";
import { routeRules } from "./routes";
import { subsetRules } from "./subsets";

/** Rules of a common subject. */
export interface Chapter<Rule extends RuleText = LintRule> {
  readonly title: string;
  readonly rules: readonly Rule[];
}

/** All rules over objects, in the order of the documentation. */
export const chapters: readonly Chapter[] = [
  { title: "Routes and hosts", rules: [...subsetRules, ...routeRules] },
  { title: "Locality", rules: localityRules },
  { title: "Gateways", rules: gatewayRules },
  { title: "Mutual TLS", rules: mtlsRules },
  { title: "Who may call whom", rules: authorizationRules },
  { title: "External services, ports and proxies", rules: edgeRules },
  { title: "Names", rules: nameRules },
  { title: "Several regions", rules: parityRules },
];

export const allRules: readonly LintRule[] = chapters.flatMap(({ rules }) => rules);
