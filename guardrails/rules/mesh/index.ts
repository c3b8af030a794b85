import { helmRenderer } from "../../manifests/render";
import type { Rule } from "../../rule";
import { accessRules } from "./access";
import { authorizationRules } from "./authorization";
import { edgeRules } from "./edge";
import { helmRules } from "./helm";
import { mtlsRules } from "./mtls";
import { podRules } from "./pods";
import { trafficRules } from "./traffic";

/** Rules over Istio and Kubernetes objects, wherever they come from. */
const objectRules: readonly Rule[] = [
  ...mtlsRules,
  ...authorizationRules,
  ...trafficRules,
  ...edgeRules,
  ...podRules,
  ...accessRules,
];

/** Rules over Istio and the Kubernetes objects around it. */
export const meshRules: readonly Rule[] = [...objectRules, ...helmRules(objectRules, helmRenderer())];
