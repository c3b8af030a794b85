export { NodeAgent, type NodeAgentOptions, type ServerAccess } from "./agent";
export { EventRecorder } from "./events";
export type { Executables } from "./runners";
export { SIMULATED_LABEL } from "./simulated-pods";
export { clusterAddress, loopbackAddress } from "./workload-address";
