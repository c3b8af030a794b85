import { BlockList, isIP } from "node:net";

/** What a request goes to, as the entries of NO_PROXY are compared with it. */
interface Target {
  readonly host: string;
  readonly port: string;
}

/**
 * Whether Kubernetes clients reach a server by the proxy that the environment names. Read as Go reads it
 * (golang.org/x/net/http/httpproxy), since the provider does: no proxy stands before the machine itself, and NO_PROXY
 * holds names, ends of names, addresses and ranges, names and addresses also with a port.
 */
export function isProxied(server: URL, environment: NodeJS.ProcessEnv): boolean {
  const variable = (name: string): string =>
    [environment[name], environment[name.toLowerCase()]].find(Boolean) ?? "";
  if (variable("HTTPS_PROXY") === "") return false;
  const host = server.hostname.replace(/^\[(.*)\]$/, "$1");
  if (host === "localhost" || isWithin(host, "127.0.0.0", 8) || isWithin(host, "::1", 128)) return false;
  const target: Target = { host, port: server.port || "443" };
  return !variable("NO_PROXY")
    .split(",")
    .some((entry) => matches(target, entry.trim().toLowerCase()));
}

function matches({ host, port }: Target, entry: string): boolean {
  if (entry === "*") return true;
  const [, network = "", prefix] = /^([^/]+)\/(\d+)$/.exec(entry) ?? [];
  if (prefix !== undefined) return isWithin(host, network, Number(prefix));
  const [, bracketed, plain, own = ""] = /^(?:\[([^\]]+)\]|([^:[\]]*)):([^:]*)$/.exec(entry) ?? [];
  const name = bracketed ?? plain ?? entry;
  if (name === "" || (own !== "" && own !== port)) return false;
  if (isIP(name) !== 0) return isWithin(host, name, isIP(name) === 4 ? 32 : 128);
  // A dot in front means what is below the name, and not the name.
  const end = name.replace(/^\*\./, ".");
  return end.startsWith(".") ? host.endsWith(end) : host === end || host.endsWith(`.${end}`);
}

function isWithin(address: string, network: string, prefix: number): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(address) !== family || prefix > (family === 4 ? 32 : 128)) return false;
  const name = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(network, prefix, name);
  return list.check(address, name);
}
