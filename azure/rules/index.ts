export * from "./apiServer";
export * from "./clusterNetwork";
export * from "./network";
export * from "./operations";
export * from "./pools";
export * from "./roles";
export * from "./signIn";
export type { Findings, Props } from "./read";
