import { absent, judged, outcome, unasked, type Fault, type Outcome } from "../check";
import type { IstiodFacts, RegionFacts, RegionWanted } from "../facts";
import { nobodyAnswers } from "./controlPlane";

/** Why an istiod does not call a cluster synced, by its own word. */
const CAUSES: Readonly<Record<string, string>> = {
  syncing: "istiod is still reading it for the first time",
  timeout:
    "istiod gave up waiting for it (PILOT_REMOTE_CLUSTER_TIMEOUT) and calls itself ready without its services and endpoints",
  closed: "istiod has stopped reading it",
};

/**
 * Whether every istiod pod has synced every cluster that it is to read, and goes on with no other. That istiod is ready
 * does not say so: after its time limit it is ready without what it could not read.
 */
export function judgeSync(wanted: RegionWanted, facts: RegionFacts): Outcome {
  if (wanted.controlPlane !== wanted.name) return absent(`by ${wanted.controlPlane}`);
  const peers = Object.entries(wanted.reads);
  return judged(facts.istiods, (all) => {
    const istiods = all.filter(({ revision }) => revision === wanted.revision);
    if (all.length === 0) return unasked(nobodyAnswers(wanted.name));
    if (istiods.length === 0) return unasked(`no istiod of revision ${wanted.revision} runs`);
    const pairs = istiods.flatMap((istiod) =>
      peers.map(([region, cluster]) => ({ istiod, region, cluster, status: statusOf(istiod, cluster) })),
    );
    const open = pairs.filter(({ status }) => status !== "synced");
    const faults = open.map(({ istiod, region, cluster, status }): Fault => {
      const what = `${cluster}, as istiod ${istiod.pod} of ${wanted.name} reads it`;
      if (status === undefined) return { what, ...unknown(wanted, region, cluster, facts) };
      return {
        what,
        cause: CAUSES[status] ?? `istiod calls it "${status}"`,
        fix:
          `see that the nodes of ${wanted.name} reach the API server of ${region} (its authorized ranges) and that its ` +
          `reader credential holds: pulumi up --stack ${region}, then pulumi up --stack ${wanted.name}; istiod's log names the error`,
      };
    });
    faults.push(...all.flatMap((istiod) => forgotten(wanted, istiod, facts)));
    const unsynced = new Set(open.map(({ region }) => region));
    return outcome(`${peers.length - unsynced.size} of ${peers.length} synced`, faults);
  });
}

/**
 * Workloads of clusters that an istiod reads no longer. It forgets what its Services select of them, and never what
 * ServiceEntries do (pilot/pkg/serviceregistry/serviceentry: nothing empties ExternalWorkloads when a cluster goes).
 */
function forgotten(
  { name, cluster: own, reads }: RegionWanted,
  { pod, revision, clusters, workloads }: IstiodFacts,
  { controlPlane }: RegionFacts,
): Fault[] {
  const read = new Set([own, ...clusters.map(({ id }) => id), ...Object.values(reads), ""]);
  const found =
    "value" in controlPlane ? controlPlane.value.find((one) => one.revision === revision) : undefined;
  const deployment = found === undefined ? "deployment -l app=istiod" : `deployment/${found.name}`;
  return Object.entries(workloads)
    .filter(([cluster]) => !read.has(cluster))
    .map(([cluster, count]) => ({
      what: `${count} addresses in ${cluster}, as istiod ${pod} of ${name} hands them out`,
      cause:
        "its remote secret was taken away while workloads ran there; istiod keeps those that ServiceEntries select until " +
        "it starts anew, so proxies send requests to addresses that nobody may answer at",
      fix: `in ${name}: kubectl -n istio-system rollout restart ${deployment}`,
    }));
}

function statusOf({ clusters }: IstiodFacts, cluster: string): string | undefined {
  return clusters.find(({ id, secretName = "" }) => id === cluster && secretName !== "")?.syncStatus;
}

function unknown(
  { name }: RegionWanted,
  region: string,
  cluster: string,
  { remoteSecrets }: RegionFacts,
): Omit<Fault, "what"> {
  const linked =
    "value" in remoteSecrets && remoteSecrets.value.some(({ clusters }) => clusters.includes(cluster));
  return linked
    ? {
        cause:
          "its remote secret is there, but istiod does not know the cluster: it refuses what the secret holds",
        fix: `look for ${cluster} in istiod's log; pulumi up --stack ${region}, then pulumi up --refresh --stack ${name}, writes it anew`,
      }
    : {
        cause: `istiod does not know it: ${name} is not linked to ${region}`,
        fix: `mend link ${name} → ${region}`,
      };
}
