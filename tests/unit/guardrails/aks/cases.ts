import type { Cases } from "../support/cases";

export const aksCases: Cases = {};
