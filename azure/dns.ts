/** What is known about a DNS label before it is used. */
export interface DnsLabelFacts {
  readonly label: string;
  readonly location: string;
  /** Azure's answer whether the label is free in that location, over all tenants. */
  readonly available: boolean;
  /** Label of our own public address, if that address exists. */
  readonly ownLabel?: string;
}

/**
 * The fault of a DNS label, or undefined where it can be used: it is free, or it is ours already.
 * `eastus-cluster` and its like are often taken, because a label is unique per Azure location over all tenants.
 */
export function dnsLabelFault(facts: DnsLabelFacts): string | undefined {
  if (facts.available || facts.ownLabel === facts.label) return undefined;
  return (
    `global-mesh:dnsLabel: "${facts.label}" is taken: ${facts.label}.${facts.location}.cloudapp.azure.com ` +
    "belongs to somebody else. A label is unique per Azure location over all tenants. " +
    "Set another one (pulumi config set global-mesh:dnsLabel <label>), " +
    "or let Azure add a hash of your tenant (pulumi config set global-mesh:dnsLabelScope tenant)."
  );
}
