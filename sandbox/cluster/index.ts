export { ControlPlane, type Log } from "./control-plane";
export { kubeconfig } from "./files";
export { COMPONENTS, type ClusterAccess, type Component, type ControlPlaneSpec } from "./spec";
export { Supervisor, type Trouble } from "./supervisor";
