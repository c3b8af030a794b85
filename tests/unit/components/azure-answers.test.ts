import assert from "node:assert/strict";
import { azureNames } from "../../../azure";
import { dnsNameOf } from "../../../components/cluster/addresses";
import { userKubeconfig } from "../../../components/cluster/credentials";
import { runProgram } from "../../support/mocks";

const names = azureNames("global-mesh", "eastus");

describe("an answer of Azure that lacks what it must hold", () => {
  it("is refused with the command that shows it: no kubeconfig", async () => {
    const invokes = {
      "azure-native:containerservice:listManagedClusterUserCredentials": () => ({ kubeconfigs: [] }),
    };
    await assert.rejects(
      runProgram({ stack: "eastus", invokes }, () =>
        Promise.resolve({ kubeconfig: userKubeconfig(names, "azurecli", {}) }),
      ),
      /no kubeconfig for cluster .*Cluster User Role.*az aks get-credentials --resource-group global-mesh-eastus/,
    );
  });

  it("is refused with the command that shows it: no DNS name", () => {
    assert.equal(dnsNameOf("a.eastus.cloudapp.azure.com", names), "a.eastus.cloudapp.azure.com");
    for (const missing of [undefined, ""]) {
      assert.throws(
        () => dnsNameOf(missing, names),
        /eastus-gateway has no DNS name.*az network public-ip show --resource-group global-mesh-eastus-addresses/,
      );
    }
  });
});
