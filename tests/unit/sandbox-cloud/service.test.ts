import assert from "node:assert/strict";
import {
  BOUND,
  FINALIZER,
  internalIp,
  isSame,
  PIP_GROUP,
  PIP_NAME,
  plan,
  type Plan,
} from "../../../sandbox/cloud/service";
import type { KubeObject } from "../../../sandbox/kube";

const wanted = { [PIP_NAME]: "gateway", [PIP_GROUP]: "network" };
const gateway = { name: "gateway", resourceGroup: "network" };
const AZURE = "service.beta.kubernetes.io/azure-load-balancer";
const internal = { [`${AZURE}-internal`]: "true" };
const inside = { resourceGroup: "virtual-network", name: "10.10.63.254" };
const spare = { name: "spare", resourceGroup: "network" };

function service(type: string, metadata: Partial<KubeObject["metadata"]> = {}, ip?: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "edge", namespace: "istio-ingress", ...metadata },
    spec: { type },
    status: { loadBalancer: ip === undefined ? {} : { ingress: [{ ip }] } },
  };
}

describe("the address of a load balancer", () => {
  it("is a number where it is one of the virtual network, and a resource elsewhere", () => {
    assert.equal(internalIp(inside), "10.10.63.254");
    assert.equal(internalIp(gateway), undefined);
  });
});

describe("plan of a Service", () => {
  const finalizers = [FINALIZER];
  const table: [string, KubeObject, Plan][] = [
    ["no load balancer", service("ClusterIP"), { action: "none" }],
    ["a new one", service("LoadBalancer", { annotations: wanted }), { action: "bind", to: gateway }],
    [
      "an internal one",
      service("LoadBalancer", { annotations: { ...internal, [`${AZURE}-ipv4`]: "10.10.63.254" } }),
      { action: "bind", to: inside },
    ],
    [
      "an internal one that names no address",
      {
        ...service("LoadBalancer", { annotations: internal }),
        spec: { type: "LoadBalancer", clusterIP: "10.96.7.9" },
      },
      { action: "bind", to: { ...inside, name: "10.255.7.9" } },
    ],
    [
      "an internal one from which none follows",
      service("LoadBalancer", { annotations: internal }),
      {
        action: "refuse",
        message:
          "the Service has no cluster address yet, by which the sandbox's internal load balancer chooses one.",
      },
    ],
    [
      "one that is done",
      service(
        "LoadBalancer",
        { finalizers, annotations: { ...wanted, [BOUND]: "network/gateway" } },
        "127.9.1.1",
      ),
      { action: "none" },
    ],
    [
      "one whose status was lost",
      service("LoadBalancer", { finalizers, annotations: { ...wanted, [BOUND]: "network/gateway" } }),
      { action: "bind", to: gateway, from: gateway },
    ],
    [
      "one that somebody took the finalizer from",
      service("LoadBalancer", { annotations: { ...wanted, [BOUND]: "network/gateway" } }, "127.9.1.1"),
      { action: "bind", to: gateway, from: gateway },
    ],
    [
      "one that wants another address now",
      service(
        "LoadBalancer",
        { finalizers, annotations: { ...wanted, [BOUND]: "network/spare" } },
        "127.9.1.2",
      ),
      { action: "bind", to: gateway, from: spare },
    ],
    [
      "one that is deleted",
      service("LoadBalancer", {
        finalizers,
        deletionTimestamp: "x",
        annotations: { ...wanted, [BOUND]: "network/gateway" },
      }),
      { action: "release", from: gateway },
    ],
    [
      "one that is no load balancer any more",
      service("ClusterIP", { finalizers, annotations: { [BOUND]: "network/gateway" } }),
      { action: "release", from: gateway },
    ],
    [
      "a deleted one that was never bound",
      service("LoadBalancer", { deletionTimestamp: "x" }),
      { action: "none" },
    ],
  ];
  for (const [what, given, expected] of table) it(what, () => assert.deepEqual(plan(given), expected));

  it("names the annotation that is missing", () => {
    const given = plan(service("LoadBalancer", { annotations: { [PIP_NAME]: "gateway" } }));
    assert.ok(
      given.action === "refuse" && given.message.includes(PIP_GROUP) && !given.message.includes(PIP_NAME),
    );
  });

  it("ignores case, as Azure does", () =>
    assert.ok(isSame(gateway, { name: "GATEWAY", resourceGroup: "Network" })));
});
