import assert from "node:assert/strict";
import { accessFault, localityWarning, obstacles } from "../../../components/cluster/joinable";

const OURS = { "app.kubernetes.io/part-of": "global-mesh" };
const BASE = { "meta.helm.sh/release-name": "istio-base", "meta.helm.sh/release-namespace": "istio-system" };
const WANTED = ["istio-system", "istio-ingress", "production"];

describe("a cluster that others use", () => {
  it("is joined where nothing of ours is in the way, or what is there is ours", () => {
    const found = {
      namespaces: [{ name: "shop" }, { name: "production", labels: OURS }],
      customResourceDefinitions: [
        { name: "carts.shop.example" },
        { name: "gateways.gateway.networking.k8s.io" },
        { name: "gateways.networking.istio.io", annotations: BASE },
      ],
    };
    assert.deepEqual(obstacles(found, WANTED), []);
  });

  it("names every namespace that it will not take over", () => {
    const namespaces = [{ name: "production", labels: { team: "shop" } }, { name: "istio-system" }];
    const found = obstacles({ namespaces, customResourceDefinitions: [] }, WANTED);
    assert.deepEqual(
      found.map((text) => text.split(" and is ")[0]),
      ["namespace istio-system exists", "namespace production exists"],
    );
    assert.match(found[0] ?? "", /Move what is in it .* or give/);
  });

  it("is not joined beside another Istio, be it the same release in another namespace", () => {
    const crd = (name: string) => ({
      name: `${name}.networking.istio.io`,
      annotations: { ...BASE, "meta.helm.sh/release-namespace": "istio" },
    });
    const customResourceDefinitions = ["d", "c", "b", "a"].map(crd);
    const [text = ""] = obstacles({ namespaces: [], customResourceDefinitions }, WANTED);
    assert.match(text, /^another Istio is or was installed: a\.\S+, b\.\S+, c\.\S+ and 1 more\. /);
  });

  it("says in the user's words why it cannot be asked", () => {
    const say = (failed: Parameters<typeof accessFault>[1]) =>
      accessFault("https://api:6443", failed, "eastus");
    assert.match(
      say({ code: "ECONNREFUSED" }),
      /cannot be reached from here \(ECONNREFUSED\).*pulumi destroy --stack eastus/,
    );
    assert.match(say({}), /cannot be reached from here \(no answer\)/);
    for (const code of [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ]) {
      assert.match(say({ code }), /certificate of https:\/\/api:6443 does not hold/);
    }
    assert.match(
      say({ status: 401 }),
      /refuses its credential.*config set --secret global-mesh:kubeconfig --stack eastus/,
    );
    assert.match(say({ status: 403 }), /cluster-admin/);
    assert.match(say({ status: 503 }), /answered 503/);
    assert.match(say({ command: "aws", code: "ENOENT" }), /exec command aws is not on the PATH/);
    assert.match(say({ command: "aws" }), /exec command aws handed out no credential/);
  });

  it("is warned of where its nodes lie elsewhere than the table says", () => {
    assert.equal(localityWarning("eastus", ["eastus", "eastus"]), undefined);
    assert.equal(localityWarning("eastus", []), undefined);
    assert.match(
      localityWarning("eastus", ["eastus", "us-east-1", undefined]) ?? "",
      /^2 of 3 nodes of region eastus .* \(found: none, us-east-1\)/,
    );
  });
});
