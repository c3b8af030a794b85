/** Every kind of Istio that says something about traffic, access or telemetry, by the version of its API. */
export const ISTIO_API: Readonly<Record<string, readonly string[]>> = {
  "networking.istio.io/v1": [
    "DestinationRule",
    "Gateway",
    "ServiceEntry",
    "Sidecar",
    "VirtualService",
    "WorkloadEntry",
    "WorkloadGroup",
  ],
  "networking.istio.io/v1alpha3": ["EnvoyFilter"],
  "security.istio.io/v1": ["AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"],
  "telemetry.istio.io/v1": ["Telemetry"],
  "extensions.istio.io/v1alpha1": ["WasmPlugin"],
};

/** Their names. */
export const ISTIO_KINDS: readonly string[] = Object.values(ISTIO_API).flat();
