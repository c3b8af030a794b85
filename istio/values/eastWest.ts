import { EAST_WEST_SELECTOR, eastWestPorts } from "../eastWest";
import { mergeValues, type Value, type Values } from "./merge";
import { profiles, type ProfileName } from "./profiles";

/** What the values of an east-west gateway are made from. */
export interface EastWestInput {
  readonly profile: ProfileName;
  /** The control plane's revision, which injects the proxy. */
  readonly revision: string;
  /** Network of this cluster's pods, which the gateway is the way into. */
  readonly network: string;
  /** Whether remotes reach this region's istiod by the gateway. */
  readonly exposesIstiod: boolean;
  /** What the cloud is told of the load balancer. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Ranges that the load balancer lets in; never empty, which would mean everybody. */
  readonly sources: readonly string[];
  /** What the user lays on top; of several the last wins. @default nothing */
  readonly overrides?: readonly Values[];
}

const NETWORK = "topology.istio.io/network";

/**
 * Values of the chart gateway for an east-west gateway. The chart's own switch, `networkGateway`, would open the
 * ports of istiod (15012 and 15017) on every gateway; so this says what the switch stands for, with the ports that
 * are served: the network's label on Service and pods, by which istiods find the gateway, and the network whose
 * endpoints the proxy is told of.
 */
export function eastWestValues(input: EastWestInput): Values {
  const { revision, network, sources } = input;
  if (sources.length === 0)
    throw new Error("an east-west gateway without sources would be open to everybody");
  const sized: Values = profiles[input.profile].gateway;
  return mergeValues(
    sized,
    spread(sized),
    {
      ...(revision === "default" ? {} : { revision }),
      labels: { [NETWORK]: network },
      env: { ISTIO_META_REQUESTED_NETWORK_VIEW: network },
      service: {
        annotations: input.annotations,
        loadBalancerSourceRanges: sources,
        ports: eastWestPorts(input.exposesIstiod).map(({ name, port }) => ({
          name,
          port,
          protocol: "TCP",
          targetPort: port,
        })),
      },
    },
    ...(input.overrides ?? []),
  );
}

/** The profile's constraints select the ingress gateway's pods. */
function spread(gateway: Values): Values {
  const constraints = gateway["topologySpreadConstraints"];
  if (!Array.isArray(constraints)) return {};
  return {
    topologySpreadConstraints: (constraints as readonly Value[]).map((constraint) =>
      mergeValues(constraint as Values, { labelSelector: { matchLabels: EAST_WEST_SELECTOR } }),
    ),
  };
}
