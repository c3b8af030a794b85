/**
 * A Pulumi program whose resources are listed in the file that SCENARIO names, so that a test can change them
 * from one run to the next.
 */
import { readFileSync } from "node:fs";
import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import * as core from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3";
import * as networking from "@pulumi/kubernetes/networking/v1";
import { Provider } from "@pulumi/kubernetes/provider";
import * as rbac from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import type { Data, Scenario } from "./scenario";

type Make = new (name: string, args: never, opts?: pulumi.CustomResourceOptions) => pulumi.CustomResource;

const CLASSES: Readonly<Record<string, Make>> = {
  Namespace: core.Namespace,
  Secret: core.Secret,
  ConfigMap: core.ConfigMap,
  ServiceAccount: core.ServiceAccount,
  Service: core.Service,
  ClusterRole: rbac.ClusterRole,
  ClusterRoleBinding: rbac.ClusterRoleBinding,
  NetworkPolicy: networking.NetworkPolicy,
  Release,
};

const scenario = JSON.parse(readFileSync(process.env.SCENARIO ?? "", "utf8")) as Scenario;
const made = new Map<string, pulumi.CustomResource>();

/** `{$secret: x}` is a secret, `{$id: name}` the id of an earlier resource. */
function resolve(value: Data): unknown {
  if (Array.isArray(value)) return value.map(resolve);
  if (value === null || typeof value !== "object") return value;
  if (value.$secret !== undefined) return pulumi.secret(value.$secret);
  if (typeof value.$id === "string") return made.get(value.$id)?.id;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item)]));
}

const provider = new Provider("cluster", resolve(scenario.provider) as object);
for (const { type, name, args, dependsOn, options } of scenario.resources) {
  const constructor = CLASSES[type] ?? CustomResource;
  const parents = (dependsOn ?? []).flatMap((other) => made.get(other) ?? []);
  made.set(name, new constructor(name, resolve(args) as never, { provider, dependsOn: parents, ...options }));
}

/** Some outputs, to see their secrecy and their values. */
export const outputs = Object.fromEntries(
  (scenario.outputs ?? []).map(([resource, property]) => [
    `${resource}.${property}`,
    (made.get(resource) as unknown as Record<string, unknown> | undefined)?.[property],
  ]),
);
