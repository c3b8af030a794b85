import { application, service } from "../../istio/intent";

/**
 * The example of a global service: one name for the workloads of all regions, most requests answered at
 * home, the second version taking a fifth of them.
 */
export const aiAgent = application({
  name: "ai-agent",
  suppress: [
    {
      code: "GM203",
      entry: "services.ai-agent",
      reason: "the shares are to hold whatever workloads answer; readiness probes take failing ones out",
    },
  ],
  namespaces: [{ name: "production", mtls: "STRICT" }],
  services: [
    service({
      name: "ai-agent",
      namespace: "production",
      port: 80,
      globalHost: "ai-agent.global",
      versions: { v1: 80, v2: 20 },
      locality: { local: 80, rest: "even" },
      access: [{ from: ["production/ai-agent"], methods: ["GET", "POST"], paths: ["/api/*"] }],
    }),
  ],
});
