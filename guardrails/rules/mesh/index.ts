import type { Rule } from "../../rule";

/** Rules over Istio and the Kubernetes objects around it. */
export const meshRules: readonly Rule[] = [];
