import type { Cases } from "../support/cases";
import { accessCases } from "./access.cases";
import { authorizationCases } from "./authorization.cases";
import { edgeCases } from "./edge.cases";
import { helmCases } from "./helm.cases";
import { mtlsCases } from "./mtls.cases";
import { podCases } from "./pods.cases";
import { trafficCases } from "./traffic.cases";

export const meshCases: Cases = {
  ...mtlsCases,
  ...authorizationCases,
  ...trafficCases,
  ...edgeCases,
  ...podCases,
  ...accessCases,
  ...helmCases,
};
