import * as azureConfig from "@pulumi/azure-native/config";
import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";

/** Tokens of a pipeline that the SDK does not take for secrets by itself. */
const SECRETS = ["oidcToken", "oidcRequestToken", "clientCertificatePassword"] as const;

/**
 * The one provider for everything in Azure. It is explicit, so that no resource falls back to another
 * subscription or location, and takes the usual settings `azure-native:…`, which an explicit provider would
 * else not see.
 */
export function azureProvider(location: string): Provider {
  const settings: Record<string, unknown> = Object.fromEntries(
    Object.entries({ ...azureConfig }).filter(([key, value]) => key !== "__esModule" && value !== undefined),
  );
  const secrets = SECRETS.filter((key) => settings[key] !== undefined).map((key): [string, unknown] => [
    key,
    pulumi.secret(settings[key]),
  ]);
  const hidden: Record<string, unknown> = Object.fromEntries<unknown>(secrets);
  return new Provider("azure", { ...settings, location, ...hidden });
}
