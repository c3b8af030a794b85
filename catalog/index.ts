import type { Catalog } from "../istio/choose";
import { binding } from "../istio/intent";
import { aiAgent } from "./ai-agent";
import { apiCanary } from "./api-canary";
import { crossClusterTest } from "./cross-cluster-test";
import { mesh } from "./mesh";
import { microservices } from "./microservices";
import { myapp } from "./myapp";
import { patterns } from "./patterns";

/**
 * All that there is to run; the setting `applications` says which of it a mesh runs, the labels of the
 * regions table where.
 */
export const catalog: Catalog = {
  applications: [aiAgent, apiCanary, crossClusterTest, mesh, microservices, myapp, patterns],
  bindings: [
    binding({
      name: "mesh-members",
      clusters: [{ matchLabels: { mesh: "enabled" } }],
      applications: [aiAgent.name, mesh.name],
    }),
    binding({
      name: "either-mesh",
      clusters: [{ matchLabels: { mesh: "enabled" } }],
      applications: [apiCanary.name],
    }),
    binding({
      name: "istio-members",
      clusters: [{ matchLabels: { mesh: "enabled", integration: "istio" } }],
      applications: [crossClusterTest.name, microservices.name, myapp.name, patterns.name],
    }),
  ],
};
