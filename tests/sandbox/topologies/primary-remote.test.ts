import assert from "node:assert/strict";
import { sandboxDown } from "../../../cli/sandbox/down";
import type { SandboxReport } from "../../../cli/sandbox/report";
import { kube } from "../../support/kube";
import { planned } from "../../support/pulumi";
import { eastWestService, istiodSays, REGIONS, twoRegions, type Namespace, type Service } from "./support";

const [PRIMARY, REMOTE] = REGIONS;

interface Names {
  readonly items: readonly { readonly metadata: { readonly name: string; readonly namespace: string } }[];
}

describe("a mesh whose primary runs the proxies of a remote on another network", () => {
  const standing = twoRegions("primary-remote", { [PRIMARY]: "network1", [REMOTE]: "network2" });
  const at = (region: string) => kube(standing.context, region);
  let report: SandboxReport;

  before("bring it up: primary, remote, link, gateways of the remote", async () => {
    report = await standing.up();
  });
  after(() => standing.remove());

  const names = async (region: string, ...what: string[]): Promise<string[]> =>
    (await at(region).json<Names>(["get", ...what, "-A"])).items
      .map(({ metadata }) => metadata.name)
      .toSorted();

  it("is linked in the primary, whose istiod has the remote synced", () => {
    assert.deepEqual(
      report.regions.map(({ name, synced, pendingPeers, controlPlane }) => [
        name,
        synced,
        pendingPeers,
        controlPlane,
      ]),
      [
        [PRIMARY, [`${REMOTE}-cluster`], [], undefined],
        [REMOTE, [], [], `${PRIMARY}-cluster`],
      ],
    );
  });

  it("has istiod, its CA and remote secrets in the primary only", async () => {
    const secrets = await names(REMOTE, "secrets");
    assert.ok(
      !secrets.includes("cacerts") && !secrets.some((name) => name.startsWith("istio-remote-secret")),
    );
    assert.deepEqual(await names(REMOTE, "deployments"), ["istio-eastwestgateway", "istio-ingressgateway"]);
    assert.deepEqual(await names(PRIMARY, "deployments"), [
      "istio-eastwestgateway",
      "istio-ingressgateway",
      "istiod",
    ]);
    assert.ok((await names(PRIMARY, "secrets")).includes(`istio-remote-secret-${REMOTE}-cluster`));
    assert.ok(!(await names(PRIMARY, "serviceaccounts")).includes("global-mesh-reader"), "nobody reads it");
  });

  it("sends the remote to istiod through the primary's east-west gateway", async () => {
    const { eastWestAddress } = await standing.context.workspace.outputs(PRIMARY);
    const { spec, status } = await at(PRIMARY).json<Service>(eastWestService);
    assert.deepEqual(
      [spec.ports.map(({ port }) => port), status.loadBalancer.ingress?.map(({ ip }) => ip)],
      [[15443, 15012, 15017], [eastWestAddress]],
    );
    const slice = await at(REMOTE).json<{ endpoints: { addresses: string[] }[]; ports: { port: number }[] }>([
      "get",
      "endpointslice",
      "-n",
      "istio-system",
      "istiod",
    ]);
    assert.deepEqual(
      [slice.endpoints, slice.ports.map(({ port }) => port)],
      [[{ addresses: [eastWestAddress], conditions: {} }], [15012, 15017]],
    );
    const { spec: own } = await at(REMOTE).json<Service>(eastWestService);
    assert.deepEqual(
      own.ports.map(({ port }) => port),
      [15443],
    );
  });

  it("names the network of each, and in the remote the cluster that runs its proxies", async () => {
    const namespace = async (region: string): Promise<Namespace["metadata"]> =>
      (await at(region).json<Namespace>(["get", "namespace", "istio-system"])).metadata;
    const [primary, remote] = [await namespace(PRIMARY), await namespace(REMOTE)];
    assert.equal(primary.labels["topology.istio.io/network"], "network1");
    assert.equal(remote.labels["topology.istio.io/network"], "network2");
    assert.equal(primary.annotations?.["topology.istio.io/controlPlaneClusters"], undefined);
    assert.equal(remote.annotations?.["topology.istio.io/controlPlaneClusters"], `${PRIMARY}-cluster`);
  });

  it("has policy in the primary only, the names of istiod and the global hosts let through", async () => {
    const kinds =
      "virtualservices,destinationrules,serviceentries,peerauthentications,authorizationpolicies,gateways.networking.istio.io";
    assert.deepEqual(await names(REMOTE, kinds), []);
    const found = await names(PRIMARY, kinds);
    for (const name of ["ai-agent", "cross-network-gateway", "istiod-gateway", "istiod"]) {
      assert.ok(found.includes(name), `${name} is not among ${found.join(", ")}`);
    }
  });

  it("is run by the primary's istiod: roots in its namespaces, and proxies in its pods that know where they are", async () => {
    const { data } = await at(REMOTE).json<{ data: Record<string, string> }>([
      "get",
      "configmap",
      "-n",
      "production",
      "istio-ca-root-cert",
    ]);
    assert.match(data["root-cert.pem"] ?? "", /BEGIN CERTIFICATE/);
    const pod = await at(REMOTE).dryRun({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "asks", namespace: "production" },
      spec: { containers: [{ name: "app", image: "app:1" }] },
    });
    const proxy = (pod.spec.initContainers ?? []).find(({ name }) => name === "istio-proxy") as
      { env: { name: string; value?: string }[] } | undefined;
    const env = Object.fromEntries((proxy?.env ?? []).map(({ name, value }) => [name, value]));
    assert.equal(env["ISTIO_META_CLUSTER_ID"], `${REMOTE}-cluster`);
    assert.equal(env["ISTIO_META_NETWORK"], "network2");
  });

  it("knows the ways into both networks", async () => {
    const gateways = await istiodSays(standing, PRIMARY, "/debug/networkz");
    for (const region of REGIONS) {
      const { eastWestAddress } = await standing.context.workspace.outputs(region);
      assert.ok(gateways.includes(String(eastWestAddress)), gateways);
    }
  });

  it("plans nothing more", async () => {
    for (const region of REGIONS) assert.deepEqual(await planned(standing.context, region), [], region);
  });

  it("goes down, the remote first, and leaves nothing", async () => {
    const down = await sandboxDown(standing.context, {}, new AbortController().signal);
    assert.deepEqual(down.leaks, []);
  });
});
