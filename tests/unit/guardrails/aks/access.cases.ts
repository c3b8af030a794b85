import type { Cases } from "../support/cases";

const CLUSTER = "azure-native:containerservice:ManagedCluster";
const ROLE = "azure-native:authorization:RoleAssignment";
const role = (guid: string): string =>
  `/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.Authorization/roleDefinitions/${guid}`;
const EXCEPT = { settings: { except: ["eastus-cluster-cluster"] } };

export const accessCases: Cases = {
  "aks-rbac": {
    on: CLUSTER,
    mutate: { enableRBAC: false },
    says: /^enableRBAC is false; allowed: true\.$/,
    absent: { change: { enableRBAC: undefined }, says: /^enableRBAC is not set/ },
    configured: { ...EXCEPT, change: { enableRBAC: false } },
  },
  "aks-local-accounts": {
    on: CLUSTER,
    mutate: { disableLocalAccounts: false },
    says: /^disableLocalAccounts is false; allowed: true\.$/,
    absent: { change: { disableLocalAccounts: undefined }, says: /is not set/ },
    configured: { ...EXCEPT, change: { disableLocalAccounts: false } },
  },
  "aks-entra": {
    on: CLUSTER,
    mutate: { aadProfile: undefined },
    says: /^aadProfile\.managed is not set; allowed: true\.$/,
    absent: { change: { "aadProfile.managed": undefined }, says: /is not set/ },
    configured: { ...EXCEPT, change: { "aadProfile.managed": false } },
  },
  "aks-azure-rbac": {
    on: CLUSTER,
    mutate: { "aadProfile.enableAzureRBAC": false },
    says: /^aadProfile\.enableAzureRBAC is false; allowed: true\.$/,
    absent: { change: { "aadProfile.enableAzureRBAC": undefined }, says: /is not set/ },
    configured: { ...EXCEPT, change: { "aadProfile.enableAzureRBAC": false } },
  },
  "aks-api-restricted": {
    on: CLUSTER,
    mutate: { "apiServerAccessProfile.authorizedIPRanges": [] },
    says: /^apiServerAccessProfile\.authorizedIPRanges is empty, which lets everybody in; allowed: /,
    absent: { change: { "apiServerAccessProfile.authorizedIPRanges": undefined }, says: /is not set/ },
    configured: { ...EXCEPT, change: { "apiServerAccessProfile.authorizedIPRanges": [] } },
  },
  "aks-api-ranges-narrow": {
    on: CLUSTER,
    mutate: { "apiServerAccessProfile.authorizedIPRanges[0]": "0.0.0.0/0" },
    says: /^apiServerAccessProfile\.authorizedIPRanges\[0\] is "0\.0\.0\.0\/0"; allowed: prefixes of at least \/8\.$/,
    absent: { change: { apiServerAccessProfile: undefined } },
    configured: { settings: { minPrefix: 25 }, says: /\[0\] is "198\.51\.100\.0\/24"; allowed: .* \/25/ },
  },
  "aks-run-command": {
    on: CLUSTER,
    mutate: { "apiServerAccessProfile.disableRunCommand": false },
    says: /^apiServerAccessProfile\.disableRunCommand is false; allowed: true\.$/,
    absent: { change: { "apiServerAccessProfile.disableRunCommand": undefined }, says: /is not set/ },
    configured: { ...EXCEPT, change: { "apiServerAccessProfile.disableRunCommand": false } },
  },
  "aks-managed-identity": {
    on: CLUSTER,
    mutate: { servicePrincipalProfile: { clientId: "11111111-2222-3333-4444-555555555555" } },
    says: /^servicePrincipalProfile\.clientId is "1111.*"; allowed: none/,
    absent: { change: { identity: undefined }, says: /^identity\.type is not set; allowed: SystemAssigned/ },
    configured: { ...EXCEPT, change: { "identity.type": "None" } },
  },
  "aks-workload-identity": {
    on: CLUSTER,
    mutate: { "oidcIssuerProfile.enabled": false },
    says: /^oidcIssuerProfile\.enabled is false; allowed: true\.$/,
    absent: {
      change: { "securityProfile.workloadIdentity": undefined },
      says: /^securityProfile\..* is not set/,
    },
    configured: { ...EXCEPT, change: { "securityProfile.workloadIdentity.enabled": false } },
  },
  "aks-secret-rotation": {
    on: CLUSTER,
    mutate: {
      "addonProfiles.azureKeyvaultSecretsProvider": {
        enabled: true,
        config: { enableSecretRotation: "false" },
      },
    },
    says: /^addonProfiles\.azureKeyvaultSecretsProvider\.config\.enableSecretRotation is "false"; allowed: true\.$/,
    absent: {
      change: { "addonProfiles.azureKeyvaultSecretsProvider": { enabled: true } },
      says: /is not set/,
    },
    configured: { ...EXCEPT, change: { "addonProfiles.azureKeyvaultSecretsProvider.enabled": true } },
  },
  "role-not-privileged": {
    on: ROLE,
    mutate: { roleDefinitionId: role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635") },
    says: /^roleDefinitionId is the role Owner; allowed: roles other than Owner, Contributor/,
    absent: { change: { roleDefinitionId: undefined } },
    configured: {
      settings: { denied: ["4d97b98b-1d4f-4787-a291-c67834d212e7"] },
      says: /^roleDefinitionId is the role 4d97b98b/,
    },
  },
  "role-scope": {
    on: ROLE,
    mutate: { scope: "/subscriptions/00000000-0000-0000-0000-000000000001" },
    says: /^scope is "\/subscriptions\/0000.*"; allowed: a resource group, or a resource in one\.$/,
    absent: { change: { scope: undefined } },
    configured: {
      settings: { except: ["eastus-cluster-roles-subnet-pods"] },
      change: { scope: "/providers/Microsoft.Management/managementGroups/all" },
    },
  },
  "role-principal-type": {
    on: ROLE,
    mutate: { principalType: undefined },
    says: /^principalType is not set; allowed: ServicePrincipal, /,
    absent: { change: { principalType: undefined }, says: /is not set/ },
    configured: {
      settings: { except: ["eastus-cluster-roles-subnet-pods"] },
      change: { principalType: "Robot" },
    },
  },
};
