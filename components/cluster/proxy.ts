import { Cidr } from "../../topology";

/**
 * Whether Kubernetes clients reach a host by the proxy that the environment names. Read as Go reads it, since the
 * provider does: NO_PROXY holds names, ends of names, addresses and ranges.
 */
export function isProxied(host: string, environment: NodeJS.ProcessEnv): boolean {
  const variable = (name: string): string => environment[name] ?? environment[name.toLowerCase()] ?? "";
  if (variable("HTTPS_PROXY") === "") return false;
  const entries = variable("NO_PROXY")
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== "");
  return !entries.some((entry) => matches(host.toLowerCase(), entry));
}

function matches(host: string, entry: string): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return contains(entry, host);
  const name = entry.replace(/^\*?\./, "");
  return host === name || host.endsWith(`.${name}`);
}

function contains(range: string, address: string): boolean {
  const own = Cidr.tryParse(`${address}/32`);
  return own !== undefined && Cidr.tryParse(range)?.overlaps(own) === true;
}
