import type { Fault } from "./fault";

/** Longest name of a namespace, a label value, or one part of a host name. */
export const LABEL_LENGTH = 63;
/** Longest host name. */
const HOST_LENGTH = 253;

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Whether a text is a DNS-1123 label, as namespaces, services and subsets are named. */
export function isLabel(name: string): boolean {
  return name.length <= LABEL_LENGTH && LABEL.test(name);
}

/** Whether a text is a host name of at least two labels; a single one would be completed by the cluster. */
export function isHost(host: string): boolean {
  const parts = host.split(".");
  return host.length <= HOST_LENGTH && parts.length >= 2 && parts.every(isLabel);
}

/** Faults of a name that Kubernetes or Istio must accept. */
export function checkName(setting: string, name: string): readonly Fault[] {
  if (isLabel(name)) return [];
  return [
    {
      setting,
      value: name,
      allowed: `up to ${LABEL_LENGTH} lower-case letters, digits and "-", beginning and ending with a letter or digit`,
      fix: "Rename it",
    },
  ];
}

/** Faults of the name of a secret; none where it is not said. */
export function checkSecret(setting: string, name: string | undefined): readonly Fault[] {
  if (name === undefined || (name.length <= HOST_LENGTH && name.split(".").every(isLabel))) return [];
  return [
    {
      setting,
      value: name,
      allowed: "the name of a Kubernetes secret, in lower case",
      fix: "Name the secret without its namespace: it stands beside the gateway's pods",
    },
  ];
}

/** Faults of a host that clients of the mesh call. */
export function checkHost(setting: string, host: string): readonly Fault[] {
  if (isHost(host)) return [];
  return [
    {
      setting,
      value: host,
      allowed: `a host name in lower case with at least one dot, up to ${HOST_LENGTH} characters`,
      fix: 'Name it like "ai-agent.global"',
    },
  ];
}

/** The texts that occur more than once, each named once, in order. */
export function duplicates(texts: readonly string[]): readonly string[] {
  const [seen, repeated] = [new Set<string>(), new Set<string>()];
  for (const text of texts) (seen.has(text) ? repeated : seen).add(text);
  return [...repeated].toSorted();
}
