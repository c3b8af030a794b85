import assert from "node:assert/strict";
import { objectType } from "../../../sandbox/plugins/kubernetes/kinds";

describe("the kinds that the kubernetes stand-in serves", () => {
  it("reads a token's apiVersion, kind and scope", () => {
    assert.deepEqual(objectType("kubernetes:core/v1:Namespace"), {
      apiVersion: "v1",
      kind: "Namespace",
      namespaced: false,
      builtin: true,
    });
    assert.deepEqual(objectType("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"), {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      namespaced: true,
      builtin: true,
    });
  });

  it("takes any other group for that of a custom resource", () => {
    for (const group of ["networking.istio.io/v1", "gateway.networking.k8s.io/v1beta1"])
      assert.deepEqual(objectType(`kubernetes:${group}:Gateway`), {
        apiVersion: group,
        kind: "Gateway",
        builtin: false,
      });
  });

  it("refuses every other kind of the official package by name", () => {
    for (const token of [
      "kubernetes:apps/v1:Deployment",
      "kubernetes:core/v1:Service",
      "kubernetes:core/v1:NamespacePatch",
      "kubernetes:core/v1:SecretList",
      "kubernetes:helm.sh/v4:Chart",
      "kubernetes:yaml/v2:ConfigGroup",
      "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
    ])
      assert.throws(
        () => objectType(token),
        new RegExp(`does not serve ${token}: it serves Namespace, Secret`),
      );
    assert.throws(() => objectType("kubernetes:nonsense"), /is not the type of a Kubernetes object/);
  });
});
