import type { Cases } from "../support/cases";
import { accessCases } from "./access.cases";
import { clusterCases } from "./clusters.cases";
import { networkCases } from "./network.cases";
import { poolCases } from "./pools.cases";

export const aksCases: Cases = { ...accessCases, ...clusterCases, ...poolCases, ...networkCases };
