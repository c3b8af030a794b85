import { application, service } from "../../istio/intent";

const NAMESPACE = "cross-cluster-test";

/**
 * Shows that every region reaches every other one: a service, spread evenly, and a client beside it. Ask
 * `http://test-app.global/` from `test-client` in each region; a request whose header `x-mesh-region` names a region of
 * the mesh is answered there or not at all, whatever the workload is. `mesh verify` asks so.
 */
export const crossClusterTest = application({
  name: "cross-cluster-test",
  namespaces: [{ name: NAMESPACE, mtls: "STRICT", defaultDeny: true }],
  services: [
    service({
      name: "test-app",
      namespace: NAMESPACE,
      port: 80,
      targetPort: 8080,
      globalHost: "test-app.global",
      loadBalancing: "ROUND_ROBIN",
      regionHeader: "x-mesh-region",
      access: [{ from: [`${NAMESPACE}/test-client`], methods: ["GET"] }],
    }),
    service({ name: "test-client", namespace: NAMESPACE, port: 80, access: [] }),
  ],
});
