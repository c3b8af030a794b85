export { NodeAgent, type NodeAgentOptions, type ServerAccess } from "./agent";
export { EventRecorder } from "./events";
export { DataPlane, NoWorkloadError } from "./mesh/data-plane";
export { ProxyPlaces } from "./mesh/places";
export type { DataPlanePrograms, Executables } from "./runners";
export { SIMULATED_LABEL } from "./simulated-pods";
export { clusterAddress, loopbackAddress } from "./workload-address";
