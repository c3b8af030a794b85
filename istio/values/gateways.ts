import type { ProfileName } from "./profiles";

/** Gateways that are releases of the chart `gateway`; the key is that of their values. */
export type GatewayKey = "gateway" | "egressGateway" | "internalGateway";

/** Where a gateway stands. */
export interface GatewayPlace {
  /** Name of the release and of its Service; the chart derives the label `istio` from it. */
  readonly release: string;
  readonly namespace: string;
  /** Value of the label `istio` on its pods. */
  readonly label: string;
}

/** Name of the ingress gateway's release; the chart derives the label `istio: ingressgateway` from it. */
export const GATEWAY_NAME = "istio-ingressgateway";

/**
 * The gateways of a region. They stand apart from istiod, so that their owners need no right over the control plane.
 * The egress gateway has a namespace of its own, because whoever may change its pods may send past every policy;
 * the internal gateway shares the ingress gateway's, where the secrets with the servers' certificates are.
 */
export const GATEWAYS = {
  gateway: { release: GATEWAY_NAME, namespace: "istio-ingress", label: "ingressgateway" },
  egressGateway: { release: "istio-egressgateway", namespace: "istio-egress", label: "egressgateway" },
  internalGateway: {
    release: "istio-internal-gateway",
    namespace: "istio-ingress",
    label: "internal-gateway",
  },
} as const satisfies Record<GatewayKey, GatewayPlace>;

/** The gateway of a region whose pods have these labels; undefined for pods of somebody else's. */
export function gatewayOf(labels: Readonly<Record<string, string>>): GatewayPlace | undefined {
  return Object.values(GATEWAYS).find(({ label }) => label === labels["istio"]);
}

/** When a region has an egress gateway: `profile` leaves it to the value set. */
export type EgressGatewayChoice = "always" | "never" | "profile";

/** What decides which gateways a region has. */
export interface GatewayChoices {
  /** The value set of the region. */
  readonly profile: ProfileName;
  /** Whether there is an egress gateway. `profile`: with the value set production only. */
  readonly egressGateway: EgressGatewayChoice;
  /** Whether there is a gateway for clients of the virtual network besides the public one. */
  readonly internalGateway: boolean;
}

/** The gateways of a region, the ingress gateway first: every region has that one. */
export function gatewaysOf(choices: GatewayChoices): readonly GatewayKey[] {
  const egress =
    choices.egressGateway === "always" ||
    (choices.egressGateway === "profile" && choices.profile === "production");
  return [
    "gateway",
    ...(egress ? (["egressGateway"] as const) : []),
    ...(choices.internalGateway ? (["internalGateway"] as const) : []),
  ];
}
