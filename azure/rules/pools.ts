import { SYSTEM_TAINT } from "../cluster";
import { at, isAbsent, isUnknown, oneOf, parts, shown, texts, type Findings, type Props } from "./read";

/** A node pool and where it stands: a resource of its own, or a part of its cluster. */
export interface Pool {
  /** In front of a property's name. */
  readonly path: string;
  readonly props: Props;
}

/** The pools of a cluster resource. */
export function inlinePools(cluster: Props): readonly Pool[] {
  return parts(cluster["agentPoolProfiles"], "agentPoolProfiles");
}

const under = ({ path }: Pool, findings: Findings): Findings =>
  findings.map((finding) => `${path}${finding}`);

/** Nodes have no public address of their own; the default is none. */
export function nodePublicIp(pool: Pool): Findings {
  return under(pool, oneOf(pool.props, "enableNodePublicIP", [false], "right"));
}

/** The autoscaler owns the number of nodes and has room to move. */
export function autoscaling(pool: Pool): Findings {
  const wrong = oneOf(pool.props, "enableAutoScaling", [true], "wrong");
  if (wrong.length > 0) return under(pool, wrong);
  const [min, max] = [pool.props["minCount"], pool.props["maxCount"]];
  if (typeof min !== "number" || typeof max !== "number" || max > min) return [];
  return under(pool, [`maxCount is ${max}; allowed: more than minCount, which is ${min}.`]);
}

/** Nodes stand in several zones. */
export function zones(pool: Pool, minimum: number): Findings {
  const said = pool.props["availabilityZones"];
  if (isUnknown(said) || (Array.isArray(said) && said.length >= minimum)) return [];
  return under(pool, [`availabilityZones is ${shown(said)}; allowed: at least ${minimum} zones.`]);
}

/** Applications stay off the nodes of the system's own pods. */
export function systemTaint(pool: Pool): Findings {
  if (pool.props["mode"] !== "System") return [];
  const taints = pool.props["nodeTaints"];
  if (isUnknown(taints) || texts(taints).includes(SYSTEM_TAINT)) return [];
  if (Array.isArray(taints) && taints.some(isUnknown)) return [];
  return under(pool, [
    `nodeTaints is ${shown(taints)}; allowed for mode System: ${SYSTEM_TAINT} among them.`,
  ]);
}

/** An upgrade takes more than one node at a time, and not so many that quotas and PodDisruptionBudgets stop it. */
export function maxSurge(pool: Pool, limits: { readonly min: number; readonly max: number }): Findings {
  const said = at(pool.props, "upgradeSettings.maxSurge");
  if (isUnknown(said)) return [];
  const percent = typeof said === "string" ? /^(\d+)%$/.exec(said)?.[1] : undefined;
  if (percent !== undefined && Number(percent) >= limits.min && Number(percent) <= limits.max) return [];
  return under(pool, [
    `upgradeSettings.maxSurge is ${shown(said)}; allowed: from ${limits.min}% to ${limits.max}% of the pool.`,
  ]);
}

/** The system's disk is on the node itself; AKS does so by default where the machine has room. */
export function ephemeralDisk(pool: Pool): Findings {
  return under(pool, oneOf(pool.props, "osDiskType", ["Ephemeral"], "right"));
}

/** The version is one that Azure still mends; where nothing is said it is AKS's current one, or the cluster's. */
export function poolVersion(pool: Pool, minimum: string): Findings {
  return under(pool, supported(pool.props, "orchestratorVersion", minimum));
}

/** The same of the control plane. */
export function clusterVersion(cluster: Props, minimum: string): Findings {
  return supported(cluster, "kubernetesVersion", minimum);
}

function supported(props: Props, key: string, minimum: string): Findings {
  const said = props[key];
  if (isAbsent(said) || typeof said !== "string") return [];
  const [[major = 0, minor = 0], [leastMajor = 0, leastMinor = 0]] = [numbers(said), numbers(minimum)];
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return [];
  return [`${key} is "${said}"; allowed: at least ${minimum}.`];
}

const numbers = (version: string): number[] => version.split(".").map(Number);
