/** Kubeconfigs as AKS hands them out. */
import { stringify } from "yaml";
import { badRequest, conflict } from "./errors";
import { groupOf } from "./ids";
import { obj, type ArmResource, type ClusterAccess } from "./model";
import type { JsonObject } from "./shapes";

/** AKS's own applications in Entra: the server that tokens are for, and the client that signs people in. */
const SERVER_ID = "6dae42f8-4368-4678-94ff-3960e28e3630";
const CLIENT_ID = "80faf920-1908-4b52-b5ef-a8e7bedfc67a";

/** The answer of `listClusterUserCredential`: signs in by kubelogin where the cluster has Entra. */
export function userCredentials(cluster: ArmResource, access: ClusterAccess, tenantId: string): JsonObject {
  if (cluster.properties["aadProfile"] === undefined)
    return answer(cluster, access, "clusterUser", { token: access.operatorToken });
  return answer(cluster, access, "clusterUser", {
    exec: {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      args: [
        ...["get-token", "--environment", "AzurePublicCloud"],
        ...["--server-id", SERVER_ID, "--client-id", CLIENT_ID, "--tenant-id", tenantId],
        ...["--login", "devicecode"],
      ],
      command: "kubelogin",
      env: null,
      installHint:
        "\nkubelogin is not installed which is required to connect to AAD enabled cluster.\n\nTo learn more, please go to https://aka.ms/aks/kubelogin\n",
      provideClusterInfo: false,
    },
  });
}

/** The answer of `listClusterAdminCredential`. */
export function adminCredentials(cluster: ArmResource, access: ClusterAccess): JsonObject {
  if (cluster.properties["disableLocalAccounts"] === true)
    throw badRequest(
      "BadRequest",
      "Getting static credential is not allowed because this cluster is set to disable local accounts.",
    );
  return answer(cluster, access, "clusterAdmin", { token: access.operatorToken });
}

/** Refuses credentials of a cluster that does not serve. */
export function mustServe(cluster: ArmResource): void {
  const state = obj(cluster.properties)["provisioningState"];
  if (state === "Creating" || state === "Deleting")
    throw conflict(
      "OperationNotAllowed",
      `Managed cluster ${cluster.name} is in provisioning state ${state}: it has no credentials now.`,
    );
}

function answer(cluster: ArmResource, access: ClusterAccess, role: string, user: JsonObject): JsonObject {
  const name = `${role}_${groupOf(cluster.id)}_${cluster.name}`;
  const context = role === "clusterAdmin" ? `${cluster.name}-admin` : cluster.name;
  const kubeconfig = stringify({
    apiVersion: "v1",
    clusters: [
      { cluster: { "certificate-authority-data": access.caData, server: access.server }, name: cluster.name },
    ],
    contexts: [{ context: { cluster: cluster.name, user: name }, name: context }],
    "current-context": context,
    kind: "Config",
    preferences: {},
    users: [{ name, user }],
  });
  return { kubeconfigs: [{ name: role, value: Buffer.from(kubeconfig).toString("base64") }] };
}
