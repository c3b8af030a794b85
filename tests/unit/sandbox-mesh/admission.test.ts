import assert from "node:assert/strict";
import { Admission } from "../../../sandbox/node/mesh/admission";
import { ProxyPlaces } from "../../../sandbox/node/mesh/places";
import type { Runner } from "../../../sandbox/node/runners";
import type { Pod } from "../../../sandbox/node/types";

const pod = (name: string, isOwned = true): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name,
    namespace: "shop",
    uid: name,
    ...(isOwned ? { ownerReferences: [{ kind: "ReplicaSet", name: "r", uid: "r", controller: true }] } : {}),
  },
  spec: {
    containers: [
      { name: "app", image: "global-mesh-sandbox-app:1" },
      { name: "istio-proxy", image: "proxyv2:1" },
    ],
  },
});

const runner = (image: string): Runner => ({
  image,
  claims: () => true,
  command: () => ({ command: "true", args: [], env: {} }),
});

describe("pods that ask for a place for their proxy", () => {
  let deleted: string[];
  let places: ProxyPlaces;
  let admission: Admission;
  beforeEach(() => {
    deleted = [];
    places = new ProxyPlaces(1);
    admission = new Admission(
      { delete: ({ namespace = "", name }) => Promise.resolve(void deleted.push(`${namespace}/${name}`)) },
      ["proxyv2", "global-mesh-sandbox-app"].map(runner),
      places,
    );
  });

  it("are named when they find none, and find none later", () => {
    assert.deepEqual(
      ["a", "b", "a", "b"].map((name) => admission.admits(pod(name))),
      [true, false, true, false],
    );
    assert.deepEqual(admission.refusedPods, ["shop/b"]);
    admission.forget("a");
    assert.equal(admission.admits(pod("b")), false);
  });

  it("are made anew once there is a place, as many as there are", async () => {
    for (const name of ["a", "b", "c"]) admission.admits(pod(name));
    await admission.makeAnew();
    assert.deepEqual(deleted, []);
    admission.forget("a");
    await admission.makeAnew();
    assert.deepEqual(deleted, ["shop/b"]);
    admission.forget("b");
    assert.deepEqual(admission.refusedPods, ["shop/c"]);
  });

  it("wait where nobody would make them anew, and get the next place", async () => {
    admission.admits(pod("a"));
    assert.equal(admission.admits(pod("b", false)), false);
    assert.deepEqual(admission.refusedPods, []);
    admission.forget("a");
    await admission.makeAnew();
    assert.deepEqual(deleted, []);
    assert.equal(admission.admits(pod("b", false)), true);
  });
});
