/** The egress gateway of every cluster: where its pods run, their label, its Service and the port that the mesh calls. */
export const EGRESS = {
  namespace: "istio-egress",
  workload: { istio: "egressgateway" },
  host: "istio-egressgateway.istio-egress.svc.cluster.local",
  port: 443,
} as const;
