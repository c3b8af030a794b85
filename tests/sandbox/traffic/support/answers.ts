import { application, service, type Application, type ServiceArgs } from "../../../../istio/intent";
import { caller } from "./callers";
import type { Play } from "./play";
import type { Sender } from "./requests";

export const [HOME, PEER, THIRD] = ["eastus", "westeurope", "southeastasia"] as const;
export const REGIONS = [HOME, PEER, THIRD] as const;
export const NAMESPACE = "answers";
export const HOST = "answers.global";
export const URL_OF_ALL = `http://${HOST}/`;
export const SPIFFE = `spiffe://cluster.local/ns/${NAMESPACE}/sa`;

/** What a play says of the one service that it has. */
export type Said = Pick<ServiceArgs, "locality" | "outlier">;

/** Everything at home while it is healthy; short times of ejection, so that the way back is seen soon. */
export const FAILOVER: Said = {
  locality: { failover: { [HOME]: PEER, [PEER]: HOME, [THIRD]: HOME } },
  outlier: { interval: "1s", baseEjectionTime: "5s" },
};

/** Most at home, and as much in each of the others. */
export const DISTRIBUTION: Said = { locality: { local: 80, rest: "even" } };

const SHARES_HOLD = {
  code: "GM203",
  entry: "services.answers",
  reason: "the shares are what is tested, and nobody fails meanwhile",
} as const;

/** One who asks, in a region. */
export function askerIn(region: string): Sender {
  return { region, workload: "asker" };
}

/** A global service with a workload in each of three regions, and who asks for it in some of them. */
export function answersPlay(said: Said, askers: readonly string[]): Play {
  return {
    regions: REGIONS,
    applications: [answering(said)],
    extra: (region) => (askers.includes(region) ? caller(NAMESPACE, "asker") : []),
  };
}

function answering(said: Said): Application {
  return application({
    name: NAMESPACE,
    ...(said.outlier === undefined ? { suppress: [SHARES_HOLD] } : {}),
    namespaces: [{ name: NAMESPACE, mtls: "STRICT" }],
    otherCallers: [`${NAMESPACE}/asker`],
    services: [
      service({
        name: "answers",
        namespace: NAMESPACE,
        port: 80,
        targetPort: 8080,
        globalHost: HOST,
        access: [{ from: [`${NAMESPACE}/asker`] }],
        ...said,
      }),
    ],
  });
}
