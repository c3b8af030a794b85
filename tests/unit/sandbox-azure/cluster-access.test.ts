import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parse } from "yaml";
import type { JsonObject } from "../../../sandbox/arm";
import {
  address,
  assignNetworkRole,
  cluster,
  clusterId,
  group,
  id,
  identityId,
  ipId,
  props,
  ready,
  refused,
  text,
} from "./support";

describe("credentials", () => {
  it("sign in by kubelogin, and the static ones are refused with local accounts off", async () => {
    const b = await ready();
    await b.put(clusterId("c"), cluster());
    const answer = b.arm.action(clusterId("c"), "listClusterUserCredential");
    const [{ name, value }] = answer["kubeconfigs"] as [{ name: string; value: string }];
    assert.equal(name, "clusterUser");
    const text = Buffer.from(value, "base64").toString();
    assert.doesNotMatch(text, /operator-secret/);
    const config = parse(text) as {
      users: [{ user: { exec: { command: string; args: string[] } } }];
      clusters: [{ cluster: JsonObject }];
    };
    assert.equal(config.users[0].user.exec.command, "kubelogin");
    assert.deepEqual(config.users[0].user.exec.args.slice(-2), ["--login", "devicecode"]);
    assert.equal(config.clusters[0].cluster["server"], "https://127.9.0.1:6443");
    await refused(
      () => b.arm.action(clusterId("c"), "listClusterAdminCredential"),
      "BadRequest",
      /disable local accounts/,
    );
    await refused(() => b.arm.action(clusterId("c"), "stop"), "InvalidAction", /stop/);
  });

  it("are static where local accounts are on", async () => {
    const b = await ready();
    await b.put(clusterId("c"), cluster({ disableLocalAccounts: false }));
    const answer = b.arm.action(clusterId("c"), "listClusterAdminCredential");
    const [{ value }] = answer["kubeconfigs"] as [{ value: string }];
    assert.match(Buffer.from(value, "base64").toString(), /operator-secret/);
  });
});

describe("addresses for Services", () => {
  it("are bound with the cluster's rights, to one owner, and released", async () => {
    const b = await ready();
    await b.put(clusterId("c"), cluster());
    await b.put(id("ips"), group);
    await b.put(ipId("gateway", "ips"), address("gate"));
    const binder = b.arm.clusters.binderFor(clusterId("c"));
    const mine = { resourceGroup: "ips", name: "gateway", owner: "istio-ingress/gateway" };
    await refused(() => binder.bind(mine), "AuthorizationFailed", /publicIPAddresses\/read/);
    await assignNetworkRole(b, id("ips"), text(props(b, identityId("c"))["principalId"]), 5);
    const { ip } = await binder.bind(mine);
    assert.equal(ip, props(b, ipId("gateway", "ips"))["ipAddress"]);
    assert.deepEqual(await binder.bind(mine), { ip });
    await refused(() => binder.bind({ ...mine, owner: "default/other" }), "PublicIPAddressInUse");
    await refused(
      () => binder.bind({ ...mine, name: "none" }),
      "ResourceNotFound",
      /failed to find PIP none/,
    );
    await refused(() => b.remove(ipId("gateway", "ips")), "PublicIPAddressCannotBeDeleted");
    await binder.release({ ...mine, owner: "default/other" });
    await refused(() => b.remove(ipId("gateway", "ips")), "PublicIPAddressCannotBeDeleted");
    await binder.release(mine);
    await b.remove(ipId("gateway", "ips"));
  });

  it("are free again when the cluster goes", async () => {
    const b = await ready();
    await b.put(clusterId("c"), cluster());
    await b.put(ipId("gateway"), address());
    await b.arm.clusters
      .binderFor(clusterId("c"))
      .bind({ resourceGroup: "g", name: "gateway", owner: "a/b" });
    await b.remove(clusterId("c"));
    await b.remove(ipId("gateway"));
  });
});

describe("slots", () => {
  it("go to locations by first use, and to a second cluster of one location on its own", async () => {
    const b = await ready();
    await b.put(clusterId("c"), cluster());
    assert.equal(b.arm.clusters.slot({ id: clusterId("c"), location: "eastus" }), 0);
    assert.equal(b.arm.clusters.slot({ id: clusterId("d"), location: "eastus" }), 1);
    assert.equal(b.arm.clusters.slot({ id: clusterId("c"), location: "eastus" }), 0);
    assert.equal(b.arm.clusters.slot({ id: clusterId("e"), location: "westeurope" }), 2);
  });
});
