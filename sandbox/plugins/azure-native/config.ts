import { isUnknown, type Failure, type PlainMap } from "../wire";

/** Every setting of the real provider. The ones about signing in to Azure are taken and have no effect here. */
const SETTINGS = [
  "auxiliaryTenantIds",
  "clientCertificatePassword",
  "clientCertificatePath",
  "clientId",
  "clientSecret",
  "disableInstanceDiscovery",
  "disablePulumiPartnerId",
  "environment",
  "location",
  "metadataHost",
  "msiEndpoint",
  "oidcRequestToken",
  "oidcRequestUrl",
  "oidcToken",
  "oidcTokenFilePath",
  "partnerId",
  "skipReadOnUpdate",
  "subscriptionId",
  "tenantId",
  "useDefaultAzureCredential",
  "useMsi",
  "useOidc",
] as const;

/** What is wrong with the provider's settings; no value is quoted, some are secrets. */
export function checkSettings(config: PlainMap): Failure[] {
  const known = new Set<string>([...SETTINGS, "version", "pluginDownloadURL"]);
  const unknown = Object.keys(config).filter((key) => !known.has(key) && !key.startsWith("__"));
  const failures: Failure[] = unknown.map((property) => ({
    property,
    reason: `azure-native has no setting of this name; it has ${SETTINGS.join(", ")}`,
  }));
  const { environment } = config;
  if (
    environment !== undefined &&
    !isUnknown(environment) &&
    environment !== "public" &&
    environment !== ""
  ) {
    failures.push({ property: "environment", reason: "the stand-in is the public cloud only" });
  }
  return failures;
}
