import type { Catalog } from "../istio/choose";
import { binding } from "../istio/intent";
import { aiAgent } from "./ai-agent";
import { mesh } from "./mesh";

/**
 * All that there is to run; the setting `applications` says which of it a mesh runs, the labels of the
 * regions table where.
 */
export const catalog: Catalog = {
  applications: [aiAgent, mesh],
  bindings: [
    binding({
      name: "mesh-members",
      clusters: [{ matchLabels: { mesh: "enabled" } }],
      applications: [aiAgent.name, mesh.name],
    }),
  ],
};
