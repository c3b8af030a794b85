import type { Cases } from "../support/cases";

export const meshCases: Cases = {};
