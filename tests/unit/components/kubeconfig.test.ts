import assert from "node:assert/strict";
import { parse } from "yaml";
import { apiEndpoint, withLogin } from "../../../components/cluster/kubeconfig";
import { AKS_KUBECONFIG } from "../../support/stacks";

interface Config {
  users: { name: string; user: { token?: string; exec?: { command: string; args: string[] } } }[];
}
const read = (kubeconfig: string): Config => parse(kubeconfig) as Config;

const NOT_ONE =
  "kubeconfig: the text is not a kubeconfig in YAML or JSON (its content is not shown, it may hold a token)";

describe("the login in a kubeconfig", () => {
  for (const mode of ["azurecli", "workloadidentity", "msi", "spn"] as const) {
    it(`becomes ${mode}, without the client id of the device code`, () => {
      assert.deepEqual(read(withLogin(AKS_KUBECONFIG, mode)).users[0]?.user.exec?.args, [
        "get-token",
        "--login",
        mode,
        "--environment",
        "AzurePublicCloud",
        "--server-id",
        "6dae42f8-4368-4678-94ff-3960e28e3630",
        "--tenant-id",
        "11111111-2222-3333-4444-555555555555",
      ]);
    });
  }

  it("changes nothing else, and nothing the second time", () => {
    const once = withLogin(AKS_KUBECONFIG, "azurecli");
    const without = (text: string) => {
      const config = read(text);
      for (const { user } of config.users) if (user.exec) user.exec.args = [];
      return config;
    };
    assert.deepEqual(without(once), without(AKS_KUBECONFIG));
    assert.equal(withLogin(once, "azurecli"), once);
  });

  it("leaves users alone who sign in by a token or by another command", () => {
    const other = AKS_KUBECONFIG.replace("command: kubelogin", "command: /opt/other-login");
    assert.deepEqual(read(withLogin(other, "azurecli")), read(other));
    const token = 'users: [{name: u, user: {token: "t"}}]\nclusters: []\n';
    assert.deepEqual(read(withLogin(token, "azurecli")), read(token));
  });

  it("knows kubelogin by its path and on Windows too", () => {
    for (const command of ["/usr/local/bin/kubelogin", "kubelogin.exe"]) {
      const config = read(
        withLogin(AKS_KUBECONFIG.replace("command: kubelogin", `command: ${command}`), "msi"),
      );
      assert.ok(config.users[0]?.user.exec?.args.includes("msi"));
    }
  });

  for (const text of ["", "just words", "- a list", "{token: s3cret"]) {
    it(`is refused without showing ${JSON.stringify(text)}`, () => {
      assert.throws(() => withLogin(text, "azurecli"), { message: NOT_ONE });
    });
  }
});

describe("the endpoint in a kubeconfig", () => {
  it("is the current context's", () => {
    assert.deepEqual(apiEndpoint(AKS_KUBECONFIG), {
      server: "https://eastus-cluster-abc.hcp.eastus.azmk8s.io:443",
      caData: "Q0E=",
    });
  });

  it("is refused where the current context leads nowhere", () => {
    assert.throws(
      () => apiEndpoint(AKS_KUBECONFIG.replace("current-context: eastus", "current-context: other")),
      {
        message: "kubeconfig: its current-context names no cluster with a server; set current-context to one",
      },
    );
  });

  it("is refused without an embedded CA, which peers would have to read from a file here", () => {
    const file = AKS_KUBECONFIG.replace("certificate-authority-data: Q0E=", "certificate-authority: /ca.pem");
    assert.throws(() => apiEndpoint(file), {
      message:
        "kubeconfig: cluster of https://eastus-cluster-abc.hcp.eastus.azmk8s.io:443 has no " +
        "certificate-authority-data. Peers verify the API server by it, and a file on this machine is of no use " +
        "to them: embed it (kubectl config view --flatten --raw)",
    });
  });

  it("is refused without showing a text that is none", () => {
    assert.throws(() => apiEndpoint("{token: s3cret"), { message: NOT_ONE });
    assert.throws(() => apiEndpoint("null"), { message: NOT_ONE });
  });
});
