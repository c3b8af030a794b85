/** Label of the objects that the data plane makes in a cluster, with its value. */
export const PART = "sandbox/part";
export const DATA_PLANE = "data-plane";

/** Who applies them. */
export const MANAGER = "sandbox-node-agent";
