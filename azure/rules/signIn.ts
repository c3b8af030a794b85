import { at, isAbsent, isUnknown, oneOf, unlessPreset, type Findings, type Props } from "./read";

/** Kubernetes' own authorization is on; ARM leaves it off where nothing is said. */
export function kubernetesRbac(cluster: Props): Findings {
  return oneOf(cluster, "enableRBAC", [true], unlessPreset(cluster));
}

/** The static administrator certificate does not work. */
export function localAccounts(cluster: Props): Findings {
  return oneOf(cluster, "disableLocalAccounts", [true], "wrong");
}

/** People and pipelines sign in by Entra. */
export function entra(cluster: Props): Findings {
  return oneOf(cluster, "aadProfile.managed", [true], unlessPreset(cluster));
}

/** Who has signed in by Entra gets rights by Azure roles; without Entra the rule above speaks. */
export function azureRbac(cluster: Props): Findings {
  if (isAbsent(cluster["aadProfile"])) return [];
  return oneOf(cluster, "aadProfile.enableAzureRBAC", [true], unlessPreset(cluster));
}

/** The cluster acts in Azure by an identity that has no password. */
export function managedIdentity(cluster: Props): Findings {
  const client = at(cluster, "servicePrincipalProfile.clientId");
  if (typeof client === "string" && client !== "msi") {
    return [
      `servicePrincipalProfile.clientId is "${client}"; allowed: none, the cluster has an identity instead.`,
    ];
  }
  return oneOf(cluster, "identity.type", ["SystemAssigned", "UserAssigned"], "wrong");
}

/** Pods sign in to Azure by their service account: that takes an issuer, and the webhook that hands tokens on. */
export function workloadIdentity(cluster: Props): Findings {
  return [
    ...oneOf(cluster, "oidcIssuerProfile.enabled", [true], unlessPreset(cluster)),
    ...oneOf(cluster, "securityProfile.workloadIdentity.enabled", [true], unlessPreset(cluster)),
  ];
}

/** `az aks command invoke` does not run. */
export function runCommand(cluster: Props): Findings {
  return oneOf(cluster, "apiServerAccessProfile.disableRunCommand", [true], "wrong");
}

/** Secrets that the add-on mounts from a vault follow the vault; without the add-on there is nothing to follow. */
export function secretRotation(cluster: Props): Findings {
  const addon = at(cluster, "addonProfiles.azureKeyvaultSecretsProvider");
  if (at(addon, "enabled") !== true || isUnknown(at(addon, "config"))) return [];
  const path = "addonProfiles.azureKeyvaultSecretsProvider.config.enableSecretRotation";
  return oneOf(cluster, path, ["true"], "wrong");
}
