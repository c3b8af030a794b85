import * as containerservice from "@pulumi/azure-native/containerservice";
import * as pulumi from "@pulumi/pulumi";
import type { AzureNames } from "../../azure";
import { withLogin, type LoginMode } from "./kubeconfig";

/**
 * The kubeconfig of a cluster, signing in by Entra; secret. Asked for by plain names: the answer is unknown
 * only as long as the cluster does not exist, and a later edit of the cluster leaves the preview its sight.
 */
export function userKubeconfig(
  names: Pick<AzureNames, "resourceGroup" | "cluster">,
  login: LoginMode,
  opts: pulumi.InvokeOutputOptions,
): pulumi.Output<string> {
  const credentials = containerservice.listManagedClusterUserCredentialsOutput(
    { resourceGroupName: names.resourceGroup, resourceName: names.cluster },
    opts,
  );
  return pulumi.secret(
    credentials.kubeconfigs.apply((kubeconfigs) => {
      const first = kubeconfigs[0];
      if (first === undefined) throw noKubeconfig(names);
      return withLogin(Buffer.from(first.value, "base64").toString("utf8"), login);
    }),
  );
}

function noKubeconfig({ resourceGroup, cluster }: Pick<AzureNames, "resourceGroup" | "cluster">): Error {
  return new pulumi.RunError(
    `Azure returned no kubeconfig for cluster ${cluster}. Whoever runs this needs the role Azure Kubernetes Service ` +
      `Cluster User Role on it; what Azure answers: az aks get-credentials --resource-group ${resourceGroup} ` +
      `--name ${cluster} --file -`,
  );
}
