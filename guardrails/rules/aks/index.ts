import type { Rule } from "../../rule";

/** Rules over AKS and what it stands on in Azure. */
export const aksRules: readonly Rule[] = [];
