import type { Service } from "../intent";
import type { MtlsMode, PeerAuthentication, PeerAuthenticationSpec } from "../model";
import { metadata, SECURITY_V1 } from "../model";

/** What every workload of a namespace accepts; in the root namespace, every workload of the mesh. */
export function namespaceMtls(application: string, namespace: string, mode: MtlsMode): PeerAuthentication {
  return peerAuthentication(application, namespace, "default", { mtls: { mode } });
}

/** What the workloads of one service accept; none where the service says nothing of its own. */
export function serviceMtls({ name, namespace, mtls, portMtls }: Service): PeerAuthentication | undefined {
  if (mtls === undefined && portMtls === undefined) return undefined;
  return peerAuthentication(name, namespace, name, {
    selector: { matchLabels: { app: name } },
    ...(mtls === undefined ? {} : { mtls: { mode: mtls } }),
    ...(portMtls === undefined
      ? {}
      : {
          portLevelMtls: Object.fromEntries(Object.entries(portMtls).map(([port, mode]) => [port, { mode }])),
        }),
  });
}

function peerAuthentication(
  application: string,
  namespace: string,
  name: string,
  spec: PeerAuthenticationSpec,
): PeerAuthentication {
  return {
    apiVersion: SECURITY_V1,
    kind: "PeerAuthentication",
    metadata: metadata(application, namespace, name),
    spec,
  };
}
