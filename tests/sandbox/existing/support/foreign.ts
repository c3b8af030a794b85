import { setTimeout as sleep } from "node:timers/promises";
import { isUnknownKind, type KubeClient, type KubeObject } from "../../../../sandbox/kube";

const NAMESPACE = "shop";
const labels = { app: "web", team: "shop" };

/** What somebody else runs in the cluster: nothing of it is the mesh's. */
const OBJECTS: readonly KubeObject[] = [
  object("v1", "Namespace", { name: NAMESPACE, labels: { team: "shop" } }),
  object("v1", "Namespace", { name: "empty" }),
  object("v1", "ConfigMap", { name: "prices", namespace: NAMESPACE }, { data: { apple: "3" } }),
  object("v1", "Secret", { name: "till", namespace: NAMESPACE }, { data: { pin: "MTIzNA==" } }),
  object("v1", "ConfigMap", { name: "notes", namespace: "default" }, { data: { note: "by hand" } }),
  object("rbac.authorization.k8s.io/v1", "ClusterRole", { name: "shop-viewer" }, { rules: [] }),
  object(
    "apps/v1",
    "Deployment",
    { name: "web", namespace: NAMESPACE, labels },
    {
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: "web", image: "example.org/web:1" }] },
        },
      },
    },
  ),
  object(
    "v1",
    "Service",
    { name: "web", namespace: NAMESPACE },
    { spec: { type: "LoadBalancer", selector: labels, ports: [{ port: 80 }] } },
  ),
  object(
    "apiextensions.k8s.io/v1",
    "CustomResourceDefinition",
    { name: "carts.shop.example" },
    {
      spec: {
        group: "shop.example",
        scope: "Namespaced",
        names: { plural: "carts", singular: "cart", kind: "Cart", listKind: "CartList" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            },
          },
        ],
      },
    },
  ),
  object("shop.example/v1", "Cart", { name: "first", namespace: NAMESPACE }, { spec: { items: 2 } }),
];

/** Makes them, and waits until the cluster's controllers have done with them. */
export async function seedForeign(kube: KubeClient): Promise<void> {
  for (const one of OBJECTS) {
    await eventually(`${one.kind} ${one.metadata.name}`, async () => {
      try {
        await kube.create(one);
        return true;
      } catch (error) {
        // A new kind is served a moment after its definition was made.
        if (isUnknownKind(error)) return false;
        throw error;
      }
    });
  }
  await eventually("the foreign Deployment is ready, and its Service has an address", async () => {
    const [deployment, service] = await Promise.all([
      kube.get({ apiVersion: "apps/v1", kind: "Deployment", namespace: NAMESPACE, name: "web" }),
      kube.get({ apiVersion: "v1", kind: "Service", namespace: NAMESPACE, name: "web" }),
    ]);
    const ready = (deployment?.["status"] as { readyReplicas?: number } | undefined)?.readyReplicas;
    const balancer = (service?.["status"] as { loadBalancer?: { ingress?: unknown[] } } | undefined)
      ?.loadBalancer;
    return ready === 1 && balancer?.ingress?.length === 1;
  });
}

/** Waits for a condition; a machine under load gets its time. */
export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 120_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within 120 s: ${what}`);
    await sleep(200);
  }
}

function object(
  apiVersion: string,
  kind: string,
  metadata: KubeObject["metadata"],
  rest: Readonly<Record<string, unknown>> = {},
): KubeObject {
  return { apiVersion, kind, metadata, ...rest };
}
