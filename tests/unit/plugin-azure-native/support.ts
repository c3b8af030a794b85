import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach } from "mocha";
import { adminDoor, Arm, armServer } from "../../../sandbox/arm";
import { ArmClient } from "../../../sandbox/plugins/azure-native/client";
import { AzureNative } from "../../../sandbox/plugins/azure-native/provider";
import type { PlainMap } from "../../../sandbox/plugins/wire";
import { FakeHost, SUBSCRIPTION } from "../sandbox-azure/support";

export { SUBSCRIPTION };

/** The provider over an ARM stand-in in this process. */
export interface ProviderBench {
  readonly provider: AzureNative;
  readonly arm: Arm;
  readonly host: FakeHost;
  /** Check as the engine calls it. */
  check(type: string, name: string, news: PlainMap, olds?: PlainMap): Promise<PlainMap>;
  /** Check and Create. */
  create(
    type: string,
    name: string,
    news: PlainMap,
  ): Promise<{ id: string; inputs: PlainMap; outputs: PlainMap }>;
  close(): void;
}

export const SEED = Buffer.from("seed");
export const none = (): AbortSignal => new AbortController().signal;
export const urnOf = (type: string, name: string): string => `urn:pulumi:dev::p::${type}::${name}`;

export async function providerBench(config: PlainMap = { location: "eastus" }): Promise<ProviderBench> {
  const host = new FakeHost();
  const publicIp = (slot: number, n: number) => `127.9.${16 * slot + 1}.${n}`;
  const arm = new Arm({ subscriptionId: SUBSCRIPTION, host, publicIp, paceMs: 0 });
  const door = adminDoor(arm, {
    ready: () => true,
    clusters: () => [],
    stopCluster: () => Promise.resolve(),
    startCluster: () => Promise.resolve(),
    stop: () => undefined,
  });
  const server = armServer(arm, "a token of the test", door);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const folder = mkdtempSync(path.join(tmpdir(), "azure-native-"));
  const tokenFile = path.join(folder, "token");
  writeFileSync(tokenFile, "a token of the test\n");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new AzureNative({
    version: "3.28.0",
    client: new ArmClient({ url, tokenFile, backoffMs: 1 }),
  });
  await provider.configure(config);
  const check: ProviderBench["check"] = async (type, name, news, olds) => {
    const request = { urn: urnOf(type, name), type, name, news, randomSeed: SEED };
    const { inputs, failures } = await provider.check(olds ? { ...request, olds } : request);
    if (failures.length > 0)
      throw new Error(failures.map((one) => `${one.property}: ${one.reason}`).join("\n"));
    return inputs as PlainMap;
  };
  return {
    provider,
    arm,
    host,
    check,
    async create(type, name, news) {
      const inputs = await check(type, name, news);
      const request = {
        urn: urnOf(type, name),
        type,
        inputs,
        preview: false,
        timeoutSeconds: 0,
        signal: none(),
      };
      const { id, outputs } = await provider.create(request);
      return { id, inputs, outputs: outputs as PlainMap };
    },
    close() {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true });
    },
  };
}

export const GROUP = "azure-native:resources:ResourceGroup";
export const NETWORK = "azure-native:network:VirtualNetwork";
export const SUBNET = "azure-native:network:Subnet";
export const ADDRESS = "azure-native:network:PublicIPAddress";
export const CLUSTER = "azure-native:containerservice:ManagedCluster";
export const vnet = {
  resourceGroupName: "g",
  virtualNetworkName: "v",
  addressSpace: { addressPrefixes: ["10.1.0.0/16"] },
};
export const ip = {
  resourceGroupName: "g",
  publicIpAddressName: "ip",
  publicIPAllocationMethod: "Static",
  sku: { name: "Standard" },
};

/** What every request of a test has in common. */
export const request = (type: string) => ({ urn: urnOf(type, "x"), type, timeoutSeconds: 0, signal: none() });

/** A provider of its own for every test of the describe that this is called in. */
export function useProvider(): () => ProviderBench {
  let bench: ProviderBench | undefined;
  beforeEach(async () => {
    bench = await providerBench();
  });
  afterEach(() => {
    bench?.close();
  });
  return () => {
    if (!bench) throw new Error("there is no provider outside a test");
    return bench;
  };
}
