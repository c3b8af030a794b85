import { absent, judged, outcome, unasked, type Fault, type Outcome } from "../check";
import type { ControlPlaneFacts, IstiodFacts, RegionFacts, RegionWanted } from "../facts";

const NAMESPACE = "istio-system";

/** Whether every replica of the region's istiod is ready and of the version that the settings say. */
export function judgeControlPlane(wanted: RegionWanted, facts: RegionFacts): Outcome {
  if (wanted.controlPlane !== wanted.name) return absent(`by ${wanted.controlPlane}`);
  return judged(facts.controlPlane, (all) => {
    const ours = all.find(({ revision }) => revision === wanted.revision);
    if (ours === undefined) return outcome("none", [missing(wanted, all)]);
    const notReady = readiness(wanted, ours);
    if (notReady !== undefined) return outcome(`${ours.ready} of ${ours.replicas} ready`, [notReady]);
    if ("failed" in facts.istiods) return unasked(facts.istiods.failed);
    const istiods = facts.istiods.value.filter(({ revision }) => revision === wanted.revision);
    // Its pods may have gone since the Deployment was looked at: nobody said which version runs.
    if (istiods.length === 0) return unasked(nobodyAnswers(wanted.name));
    const faults = istiods.flatMap((istiod) => otherVersion(wanted, istiod));
    return outcome(`${wanted.istioVersion}, ${ours.ready} of ${ours.replicas}`, faults);
  });
}

/** Why nothing can be asked of an istiod, where none runs. */
export function nobodyAnswers(region: string): string {
  return `no istiod of ${region} answers`;
}

function missing({ name, revision }: RegionWanted, all: readonly ControlPlaneFacts[]): Fault {
  const others = all.map((one) => one.revision).join(", ");
  // As components/mesh names it.
  const release = revision === "default" ? "istiod" : `istiod-${revision}`;
  return {
    what: `istiod of revision ${revision} in ${name}`,
    cause: `istio-system has no Deployment of it${others === "" ? "" : `, only of ${others}`}`,
    fix:
      `helm -n ${NAMESPACE} history ${release} shows the newest revision; ` +
      `helm -n ${NAMESPACE} rollback ${release} <newest revision> makes its objects again (an update reads Helm's ` +
      `record alone, and would change nothing); where Helm has no such release: pulumi up --refresh --stack ${name}`,
  };
}

function readiness({ name }: RegionWanted, one: ControlPlaneFacts): Fault | undefined {
  if (one.observed && one.replicas > 0 && one.ready >= one.replicas) return undefined;
  const cause =
    one.replicas === 0
      ? "it was scaled to nothing: no proxy gets configuration or a certificate"
      : one.observed
        ? `${one.ready} of ${one.replicas} replicas are ready`
        : "its last change has not been taken up by the cluster's controllers";
  const fix =
    one.replicas === 0
      ? `kubectl -n ${NAMESPACE} scale deployment ${one.name} --replicas=1, or as many as values.istiod asks for; an autoscaler goes on from there`
      : `look at the pods and their events: kubectl -n istio-system get pods,events; kubectl -n istio-system logs deploy/${one.name}`;
  return { what: `Deployment istio-system/${one.name} in ${name}`, cause, fix };
}

function otherVersion({ name, istioVersion }: RegionWanted, { pod, version }: IstiodFacts): Fault[] {
  if (version === istioVersion) return [];
  return [
    {
      what: `istiod pod ${pod} in ${name}`,
      cause: `it says that it is ${version}; global-mesh:istioVersion is ${istioVersion}`,
      fix: `pulumi up --stack ${name}`,
    },
  ];
}
