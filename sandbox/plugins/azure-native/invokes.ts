import type { ArmResource } from "../../arm";
import { Secret, type PlainMap, type ValueMap } from "../wire";
import type { ArmClient, Limits } from "./client";
import type { Identity } from "./provider";
import { toOutputs } from "./shapes";
import { idOf, TOKENS, tokenOf } from "./tokens";

/** Invokes that hand out kubeconfigs, and the action behind each. */
export const CREDENTIALS: Readonly<Record<string, string>> = {
  "azure-native:containerservice:listManagedClusterUserCredentials": "listClusterUserCredential",
  "azure-native:containerservice:listManagedClusterAdminCredentials": "listClusterAdminCredential",
};

export interface InvokeContext {
  readonly client: ArmClient;
  readonly identity: Identity;
  readonly limits: Limits;
}

/** Runs an invoke; every one that is not served is refused by name. */
export async function invoke(context: InvokeContext, token: string, args: PlainMap): Promise<ValueMap> {
  const { client, identity, limits } = context;
  if (token === "azure-native:authorization:getClientConfig") return { ...identity };
  // As with the official plugin, the caller may ask Resource Manager itself what no function offers.
  if (token === "azure-native:authorization:getClientToken") return { token: new Secret(client.token()) };
  if (Object.hasOwn(CREDENTIALS, token)) {
    const cluster = tokenOf("azure-native:containerservice:ManagedCluster");
    const id = idOf(cluster, identity.subscriptionId, args);
    const answer = await client.post(
      `${encodeURI(id)}/${CREDENTIALS[token] ?? ""}?api-version=${cluster.apiVersion}`,
      limits,
    );
    const { kubeconfigs } = answer as { kubeconfigs: { name: string; value: string }[] };
    return { kubeconfigs: new Secret(kubeconfigs.map(({ name, value }) => ({ name, value }))) };
  }
  const getter = TOKENS.find((one) => one.token.replace(/:([A-Z]\w*)$/, ":get$1") === token);
  if (!getter) {
    const served = TOKENS.map((one) => one.token.replace(/:([A-Z]\w*)$/, ":get$1"));
    throw new Error(
      `${token} is not served by the azure-native stand-in. It serves azure-native:authorization:getClientConfig, azure-native:authorization:getClientToken, ${[...Object.keys(CREDENTIALS), ...served].join(", ")}.`,
    );
  }
  const id = idOf(getter, identity.subscriptionId, args);
  const resource = (await client.get(
    `${encodeURI(id)}?api-version=${getter.apiVersion}`,
    limits,
  )) as ArmResource;
  return { ...toOutputs(getter, resource), id: resource.id };
}
