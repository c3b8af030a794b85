import { absent, judged, outcome, type Fault, type Outcome } from "../check";
import type { RegionFacts, RegionWanted, RemoteSecretFacts } from "../facts";

/** Whether the region's cluster holds the remote secret of every peer that its istiod is to read, and of nobody else. */
export function judgeLinks(wanted: RegionWanted, facts: RegionFacts): Outcome {
  const peers = Object.entries(wanted.reads);
  if (wanted.controlPlane !== wanted.name) return absent(`by ${wanted.controlPlane}`);
  return judged(facts.remoteSecrets, (secrets) => {
    const known = new Set(secrets.flatMap(({ clusters }) => clusters));
    const missing = peers.filter(([, cluster]) => !known.has(cluster));
    const faults = [
      ...missing.map(([region, cluster]) => unlinked(wanted, region, cluster, facts)),
      ...secrets.flatMap((secret) => stranger(wanted, secret)),
      ...twice(wanted, secrets),
    ];
    return outcome(`${peers.length - missing.length} of ${peers.length}`, faults);
  });
}

function unlinked({ name }: RegionWanted, region: string, cluster: string, { stack }: RegionFacts): Fault {
  const what = `link ${name} → ${region}`;
  const secret = `the remote secret istio-remote-secret-${cluster}`;
  if (stack?.linkedPeers.includes(region) === true) {
    const cause = `${secret} is gone from istio-system, though stack ${name} wrote it: somebody deleted it`;
    return { what, cause, fix: `pulumi up --refresh --stack ${name}` };
  }
  const pending = stack?.pendingPeers.includes(region) === true;
  const cause = pending
    ? `${region} had no outputs when stack ${name} was last updated, so it is pending`
    : `istio-system has not ${secret}`;
  return { what, cause, fix: `pulumi up --stack ${name}, once stack ${region} has outputs` };
}

function stranger({ name, cluster: own, reads }: RegionWanted, secret: RemoteSecretFacts): Fault[] {
  const peers = Object.values(reads);
  return secret.clusters
    .filter((cluster) => !peers.includes(cluster))
    .map((cluster) => ({
      what: `Secret istio-system/${secret.name} in ${name}`,
      cause:
        cluster === own
          ? "it links the cluster to itself, so istiod counts its endpoints twice"
          : `it makes istiod read ${cluster}, which is no peer by the regions table`,
      fix: `pulumi up --refresh --stack ${name}; if it stays: kubectl -n istio-system delete secret ${secret.name}`,
    }));
}

function twice({ name }: RegionWanted, secrets: readonly RemoteSecretFacts[]): Fault[] {
  const clusters = new Set(secrets.flatMap((secret) => secret.clusters));
  return [...clusters].flatMap((cluster) => {
    const by = secrets.filter((secret) => secret.clusters.includes(cluster)).map((secret) => secret.name);
    if (by.length < 2) return [];
    return [
      {
        what: `${cluster}, linked more than once in ${name}`,
        cause: `${by.join(" and ")} both name it; istiod takes one of them`,
        fix: `delete the one that is not istio-remote-secret-${cluster}`,
      },
    ];
  });
}
