import type { Rule } from "../rule";
import { aksRules } from "./aks";
import { meshRules } from "./mesh";

/** Every rule of the pack, in the order of the documentation. */
export const allRules: readonly Rule[] = [...aksRules, ...meshRules];
