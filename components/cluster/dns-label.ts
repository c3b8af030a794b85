import * as authorization from "@pulumi/azure-native/authorization";
import * as azureConfig from "@pulumi/azure-native/config";
import * as network from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import { azureNames, dnsLabelFault } from "../../azure";

/** What the check needs to know. */
export interface DnsLabelCheck {
  readonly project: string;
  readonly region: string;
  readonly location: string;
  readonly dnsLabel: string;
  readonly dnsLabelScope: "exact" | "tenant";
}

/** Version of Microsoft.Network that the SDK speaks too. */
const API_VERSION = "2024-05-01";
const TIMEOUT_MS = 10_000;

/** Azure Resource Manager of each cloud that azure-native knows by name. */
const ENDPOINTS: Readonly<Record<string, string>> = {
  public: "https://management.azure.com",
  usgovernment: "https://management.usgovcloudapi.net",
  china: "https://management.chinacloudapi.cn",
};

/**
 * Refuses a DNS label that somebody else has, before anything is made; the address itself would be refused
 * too, but only in an update, while this speaks in a preview. azure-native offers no function for it, so
 * Azure is asked with the provider's own token. Where Azure cannot be asked, the address decides.
 */
export async function checkDnsLabel(check: DnsLabelCheck, provider: pulumi.ProviderResource): Promise<void> {
  // With a scope the name carries a hash of the tenant, which Azure works out when the address is made.
  if (check.dnsLabelScope === "tenant") return;
  const { dnsLabel: label, location } = check;
  let fault: string | undefined;
  try {
    const available = await isAvailable(label, location, { provider });
    const ownLabel = available ? undefined : await ownLabelOf(check, { provider });
    fault = dnsLabelFault({ label, location, available, ...(ownLabel === undefined ? {} : { ownLabel }) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await pulumi.log.info(
      `DNS label ${label} was not checked before its use: Azure could not be asked. If it is taken, the public ` +
        "address is refused before the cluster is made.",
    );
    await pulumi.log.debug(`DNS label ${label}: ${reason}`);
    return;
  }
  if (fault !== undefined) throw new pulumi.RunError(fault);
}

async function isAvailable(label: string, location: string, opts: pulumi.InvokeOptions): Promise<boolean> {
  const [{ token }, { subscriptionId }, endpoint] = await Promise.all([
    authorization.getClientToken({}, opts),
    authorization.getClientConfig(opts),
    managementEndpoint(),
  ]);
  const url = new URL(
    `/subscriptions/${subscriptionId}/providers/Microsoft.Network/locations/${location}/CheckDnsNameAvailability`,
    endpoint,
  );
  url.search = new URLSearchParams({ domainNameLabel: label, "api-version": API_VERSION }).toString();
  const answer = await getJson(url, { authorization: `Bearer ${token}` });
  return answer["available"] === true;
}

/** Codes by which Azure says that the address, or its group, does not exist. */
const NOT_FOUND = /\b(?:Resource|ResourceGroup)?NotFound\b/;

/**
 * Label of our own address, if it exists: then it is the one that makes the label unavailable. Throws where
 * that cannot be told: a label that may be ours is never called somebody else's.
 */
async function ownLabelOf(check: DnsLabelCheck, opts: pulumi.InvokeOptions): Promise<string | undefined> {
  const names = azureNames(check.project, check.region);
  try {
    const address = await network.getPublicIPAddress(
      { resourceGroupName: names.addressGroup, publicIpAddressName: names.gatewayAddress },
      opts,
    );
    return address.dnsSettings?.domainNameLabel;
  } catch (error) {
    if (error instanceof Error && NOT_FOUND.test(error.message)) return undefined;
    throw error;
  }
}

/** Where Azure Resource Manager answers: as the provider finds it, by `metadataHost` or by the cloud's name. */
async function managementEndpoint(): Promise<string> {
  const { metadataHost, environment } = azureConfig;
  if (metadataHost === undefined) {
    const endpoint = ENDPOINTS[environment ?? "public"];
    if (endpoint === undefined)
      throw new Error(`azure-native:environment "${String(environment)}" is not known`);
    return endpoint;
  }
  const host = metadataHost.includes("://") ? metadataHost : `https://${metadataHost}`;
  const metadata = await getJson(new URL("/metadata/endpoints?api-version=2022-09-01", host), {});
  const endpoint = metadata["resourceManager"];
  if (typeof endpoint !== "string") throw new Error(`${host} names no resourceManager`);
  return endpoint;
}

async function getJson(url: URL, headers: Record<string, string>): Promise<Record<string, unknown>> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url.origin} answered ${response.status}`);
  return (await response.json()) as Record<string, unknown>;
}
