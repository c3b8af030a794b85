import assert from "node:assert/strict";
import {
  Arm,
  ArmError,
  type ArmOptions,
  type ArmResource,
  type ClusterHost,
  type ClusterIdentity,
  type JsonObject,
} from "../../../sandbox/arm";

export const SUBSCRIPTION = "11111111-2222-3333-4444-555555555555";
export const NETWORK_CONTRIBUTOR = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7`;
export const id = (path: string): string => `/subscriptions/${SUBSCRIPTION}/resourceGroups/${path}`;
export const net = (name: string, group = "g"): string =>
  id(`${group}/providers/Microsoft.Network/virtualNetworks/${name}`);
export const ipId = (name: string, group = "g"): string =>
  id(`${group}/providers/Microsoft.Network/publicIPAddresses/${name}`);
export const clusterId = (name: string, group = "g"): string =>
  id(`${group}/providers/Microsoft.ContainerService/managedClusters/${name}`);
export const identityId = (name: string, group = "g"): string =>
  id(`${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}-identity`);
export const guid = (n: number): string => `00000000-0000-0000-0000-${String(n).padStart(12, "0")}`;

/** A host that starts nothing and notes what was asked of it. */
export class FakeHost implements ClusterHost {
  readonly asked: string[] = [];
  readonly identities: ClusterIdentity[] = [];
  leftoversFound: string[] = [];
  failing: string | undefined;

  async boot(identity: ClusterIdentity) {
    this.asked.push(`boot ${identity.name}`);
    this.identities.push(identity);
    if (this.failing !== undefined) throw new Error(this.failing);
    return Promise.resolve({
      server: "https://127.9.0.1:6443",
      caData: "Y2E=",
      operatorToken: "operator-secret",
    });
  }
  async leftovers(cluster: string) {
    this.asked.push(`leftovers ${cluster.split("/").at(-1) ?? ""}`);
    return Promise.resolve({ leftovers: this.leftoversFound, keptCrds: ["kept.istio.io"] });
  }
  async remove(cluster: string) {
    this.asked.push(`remove ${cluster.split("/").at(-1) ?? ""}`);
    await Promise.resolve();
  }
}

export interface Bench {
  readonly arm: Arm;
  readonly host: FakeHost;
  /** PUT and its operation; fails when the operation does not end well. */
  put(path: string, body: unknown): Promise<ArmResource>;
  remove(path: string): Promise<void>;
}

export function bench(options: Partial<ArmOptions> = {}): Bench {
  const host = new FakeHost();
  const arm = new Arm({
    subscriptionId: SUBSCRIPTION,
    host,
    publicIp: (slot, n) => `127.9.${16 * slot + 1}.${n}`,
    paceMs: 0,
    ...options,
  });
  return {
    arm,
    host,
    async put(path, body) {
      const { operation } = arm.put(path, body);
      await operation?.done;
      if (operation?.error) throw new ArmError(500, operation.error.code, operation.error.message);
      return arm.get(path);
    },
    async remove(path) {
      const operation = arm.delete(path)?.operation;
      await operation?.done;
      if (operation?.error) throw new ArmError(500, operation.error.code, operation.error.message);
    },
  };
}

/** Asserts a refusal by its code, and by words of its message. */
export async function refused(action: () => unknown, code: string, words: RegExp = /./): Promise<void> {
  await assert.rejects(
    async () => {
      await action();
    },
    (error: unknown) => {
      assert.ok(error instanceof ArmError, `no ArmError but ${String(error)}`);
      assert.equal(error.code, code, error.message);
      assert.match(error.message, words);
      return true;
    },
  );
}

export const group = { location: "eastus" };
export const network = (cidr: string) => ({
  location: "eastus",
  properties: { addressSpace: { addressPrefixes: [cidr] } },
});
export const subnet = (cidr: string) => ({ properties: { addressPrefix: cidr } });
export const address = (label?: string) => ({
  location: "eastus",
  sku: { name: "Standard" },
  properties: {
    publicIPAllocationMethod: "Static",
    ...(label === undefined ? {} : { dnsSettings: { domainNameLabel: label } }),
  },
});
export const peering = (remote: string) => ({ properties: { remoteVirtualNetwork: { id: remote } } });

/** A group, a network with two subnets, an identity with its roles, an outbound address. */
export async function foundation(b: Bench): Promise<void> {
  await b.put(id("g"), group);
  await b.put(net("v"), network("10.1.0.0/16"));
  await b.put(`${net("v")}/subnets/nodes`, subnet("10.1.0.0/20"));
  await b.put(`${net("v")}/subnets/pods`, subnet("10.1.64.0/18"));
  await b.put(ipId("egress"), address());
  const identity = await b.put(identityId("c"), { location: "eastus" });
  await assignNetworkRole(b, id("g"), text(identity.properties["principalId"]), 1);
}

export async function assignNetworkRole(
  b: Bench,
  scope: string,
  principalId: string,
  n: number,
): Promise<void> {
  await b.put(`${scope}/providers/Microsoft.Authorization/roleAssignments/${guid(n)}`, {
    properties: { principalId, principalType: "ServicePrincipal", roleDefinitionId: NETWORK_CONTRIBUTOR },
  });
}

/** A cluster as the program makes it, changed by `over` in its properties. */
export function cluster(over: Record<string, unknown> = {}, top: Record<string, unknown> = {}) {
  return {
    location: "eastus",
    sku: { name: "Base", tier: "Standard" },
    identity: { type: "UserAssigned", userAssignedIdentities: { [identityId("c")]: {} } },
    ...top,
    properties: {
      dnsPrefix: "c",
      kubernetesVersion: "1.35",
      aadProfile: { managed: true, enableAzureRBAC: true },
      disableLocalAccounts: true,
      oidcIssuerProfile: { enabled: true },
      securityProfile: { workloadIdentity: { enabled: true } },
      networkProfile: {
        networkPlugin: "azure",
        serviceCidr: "10.96.0.0/16",
        dnsServiceIP: "10.96.0.10",
        loadBalancerProfile: { outboundIPs: { publicIPs: [{ id: ipId("egress") }] } },
      },
      agentPoolProfiles: [systemPool()],
      ...over,
    },
  };
}

export const systemPool = (over: Record<string, unknown> = {}) => ({
  name: "system",
  mode: "System",
  vmSize: "Standard_D4ds_v5",
  enableAutoScaling: true,
  minCount: 1,
  maxCount: 3,
  vnetSubnetID: `${net("v")}/subnets/nodes`,
  podSubnetID: `${net("v")}/subnets/pods`,
  ...over,
});

/** A value of open JSON as text. */
export const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** A bench with everything that a cluster needs. */
export async function ready(): Promise<Bench> {
  const b = bench();
  await foundation(b);
  return b;
}
export const props = (b: Bench, path: string): JsonObject => b.arm.get(path).properties;
export const userPool = {
  properties: {
    vmSize: "Standard_D4ds_v5",
    count: 2,
    mode: "User",
    vnetSubnetID: `${net("v")}/subnets/nodes`,
  },
};
