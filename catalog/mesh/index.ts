import { application } from "../../istio/intent";

/**
 * The baseline of the whole mesh: no workload with a proxy accepts plaintext. It is a choice of its own,
 * beside the applications, because a mesh that takes in running services has to pass through PERMISSIVE;
 * a service or namespace that needs it says so, and the narrower policy wins.
 */
export const mesh = application({ name: "mesh", meshMtls: "STRICT" });
