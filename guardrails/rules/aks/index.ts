import type { Rule } from "../../rule";
import { accessRules } from "./access";
import { clusterRules } from "./clusters";
import { networkRules } from "./network";
import { poolRules } from "./pools";

/** Rules over AKS and what it stands on in Azure. */
export const aksRules: readonly Rule[] = [...accessRules, ...clusterRules, ...poolRules, ...networkRules];
