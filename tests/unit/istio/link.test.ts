import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { checkReaderKubeconfig, readerAccess, readerKubeconfig, remoteSecret } from "../../../istio/link";
import { describeFault } from "../../../istio/rules/fault";

const credential = {
  cluster: "westeurope-cluster",
  server: "https://westeurope.example:443",
  caData: "Y2E=",
  token: "reader-token",
};

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, unknown> }[];
  users: { name: string; user: Record<string, unknown> }[];
  contexts: { name: string; context: Record<string, unknown> }[];
  "current-context": string;
}

/** The faults of a good kubeconfig that was changed. */
function faultsOf(change: (config: Kubeconfig) => void): readonly string[] {
  const config = parse(readerKubeconfig(credential)) as Kubeconfig;
  change(config);
  return checkReaderKubeconfig("credential", stringify(config)).map(describeFault);
}

const userWith = (fields: Record<string, unknown>) => (config: Kubeconfig) => {
  for (const { user } of config.users) Object.assign(user, fields);
};
const clusterWith = (fields: Record<string, unknown>) => (config: Kubeconfig) => {
  for (const { cluster } of config.clusters) Object.assign(cluster, fields);
};

describe("the remote secret", () => {
  it("is the one that istioctl would make, with our labels", () => {
    const { metadata, data } = remoteSecret(credential);
    assert.deepEqual(metadata, {
      name: "istio-remote-secret-westeurope-cluster",
      namespace: "istio-system",
      labels: {
        "app.kubernetes.io/name": "westeurope-cluster",
        "app.kubernetes.io/part-of": "global-mesh",
        "istio/multiCluster": "true",
      },
      annotations: { "networking.istio.io/cluster": "westeurope-cluster" },
    });
    assert.deepEqual(Object.keys(data), ["westeurope-cluster"]);
    const kubeconfig = Buffer.from(data["westeurope-cluster"] ?? "", "base64").toString();
    assert.equal(kubeconfig, readerKubeconfig(credential));
  });

  it("holds a kubeconfig that istiod takes", () => {
    assert.deepEqual(parse(readerKubeconfig(credential)), {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "westeurope-cluster",
          cluster: { "certificate-authority-data": "Y2E=", server: "https://westeurope.example:443" },
        },
      ],
      users: [{ name: "westeurope-cluster", user: { token: "reader-token" } }],
      contexts: [
        {
          name: "westeurope-cluster",
          context: { cluster: "westeurope-cluster", user: "westeurope-cluster" },
        },
      ],
      "current-context": "westeurope-cluster",
      preferences: {},
    });
    assert.deepEqual(checkReaderKubeconfig("credential", readerKubeconfig(credential)), []);
  });
});

describe("a kubeconfig that istiod would not read", () => {
  const refused: readonly [string, (config: Kubeconfig) => void, string][] = [
    ["exec", userWith({ exec: { command: "kubelogin" } }), "credential.users[0].exec"],
    ["a token file", userWith({ tokenFile: "/var/token" }), "credential.users[0].tokenFile"],
    [
      "a certificate file",
      userWith({ "client-certificate": "/a" }),
      "credential.users[0].client-certificate",
    ],
    ["a key file", userWith({ "client-key": "/a" }), "credential.users[0].client-key"],
    ["azure sign-in", userWith({ "auth-provider": { name: "azure" } }), "credential.users[0].auth-provider"],
    ["no credential", userWith({ token: "" }), "credential.users[0]"],
    ["no users", (config) => (config.users = []), "credential.users"],
    ["no clusters", (config) => (config.clusters = []), "credential.clusters"],
    ["another context", (config) => (config["current-context"] = "x"), "credential.current-context"],
    ["plain http", clusterWith({ server: "http://a" }), "credential.clusters[0].server"],
    [
      "no verification",
      clusterWith({ "insecure-skip-tls-verify": true }),
      "credential.clusters[0].insecure-skip-tls-verify",
    ],
    [
      "an authority in a file",
      clusterWith({ "certificate-authority": "/ca.pem" }),
      "credential.clusters[0].certificate-authority",
    ],
  ];
  for (const [title, change, setting] of refused) {
    it(`is refused: ${title}`, () => {
      const faults = faultsOf(change);
      assert.equal(faults.length, 1, faults.join("\n"));
      assert.ok(faults[0]?.startsWith(`${setting}: got `), faults[0]);
    });
  }

  it("takes what istiod takes beside a token", () => {
    assert.deepEqual(faultsOf(userWith({ token: "", "auth-provider": { name: "oidc" } })), []);
    const data = { "client-certificate-data": "Y2E=", "client-key-data": "Y2E=" };
    assert.deepEqual(faultsOf(userWith({ token: "", ...data })), []);
  });

  it("names every fault of every user at once, and no secret", () => {
    const faults = faultsOf((config) => {
      userWith({ exec: { command: "secret-command" }, tokenFile: "/secret-file" })(config);
      config.users.push({ name: "b", user: { "client-key": "/secret-key", token: "secret-token" } });
    });
    assert.equal(faults.length, 3);
    assert.ok(!faults.join().includes("secret"));
  });

  it("is not quoted when it is no YAML", () => {
    for (const text of ["token: [secret", "secret", "", "- secret"]) {
      const faults = checkReaderKubeconfig("credential", text).map(describeFault);
      assert.equal(faults.length, 1);
      assert.ok(!faults.join().includes("secret"));
    }
  });
});

describe("the reader's access", () => {
  const { cluster, rootNamespace } = readerAccess(["default"]);

  it("is for following only, and for named things", () => {
    for (const { verbs, resources, apiGroups } of [...cluster, ...rootNamespace]) {
      assert.deepEqual(verbs, ["list", "watch"]);
      assert.ok(![...resources, ...apiGroups].includes("*"));
    }
  });

  // Each of these was taken away from a reader once: istiod then never called the cluster synced.
  it("is what istiod waits for, no more and no less", () => {
    assert.deepEqual(cluster.flatMap(({ resources }) => resources).toSorted(), [
      "customresourcedefinitions",
      "endpointslices",
      "gateways",
      "namespaces",
      "nodes",
      "pods",
      "secrets",
      "services",
      "workloadentries",
    ]);
  });

  it("is for what runs a remote, where the primary's istiod does, and nothing that is not named", () => {
    const remote = readerAccess(["1-31-1"], "primary");
    const more = remote.cluster.filter((rule) => !cluster.includes(rule));
    const said = more.map(({ resources, resourceNames = ["*"], verbs }) =>
      [resources.join(), resourceNames.join(), verbs.join()].join(" "),
    );
    assert.deepEqual(said, [
      "tokenreviews * create",
      "subjectaccessreviews * create",
      "configmaps * create",
      "configmaps istio-ca-crl,istio-ca-root-cert get,list,watch,update",
      "mutatingwebhookconfigurations * list,watch",
      "mutatingwebhookconfigurations istio-sidecar-injector-1-31-1 update",
      "namespaces istio-system get",
    ]);
    assert.deepEqual(remote.rootNamespace[0], {
      apiGroups: [""],
      resources: ["configmaps"],
      resourceNames: ["istio-namespace-controller-election"],
      verbs: ["get", "update"],
    });
    assert.equal(
      readerAccess(["default"], "primary").cluster.some(({ resourceNames = [] }) =>
        resourceNames.includes("istio-sidecar-injector"),
      ),
      true,
    );
  });

  it("names the mesh settings of the revisions that are read", () => {
    const named = readerAccess(["1-31-1", "default", "default"]).rootNamespace;
    assert.deepEqual(named, [
      {
        apiGroups: [""],
        resources: ["configmaps"],
        resourceNames: ["istio", "istio-1-31-1"],
        verbs: ["list", "watch"],
      },
    ]);
  });
});
