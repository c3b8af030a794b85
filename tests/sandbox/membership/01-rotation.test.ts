import assert from "node:assert/strict";
import { parse } from "yaml";
import { requireIdentity } from "../../../cli/sandbox/context";
import { waitSynced } from "../../../cli/sandbox/inspect";
import { KubeClient } from "../../../sandbox/kube";
import { kube } from "../../support/kube";
import { eventually } from "../node/support/cluster";
import { assertWhole } from "./support/account";
import type { MeshLoad } from "./support/load";
import { begin, sharedMesh, STAYING } from "./support/stage";
import type { Watch } from "./support/watch";

interface Secret {
  readonly metadata: { readonly name: string };
  readonly data: Readonly<Record<string, string>>;
}

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly "certificate-authority-data": string };
  }[];
  readonly users: readonly { readonly user: { readonly token: string } }[];
}

const SYSTEM = ["-n", "istio-system"];
const never = new AbortController().signal;

describe("a new generation of the reader credential, under load", () => {
  const standing = sharedMesh();
  const old = new Map<string, KubeClient>();
  let load: MeshLoad;
  let watch: Watch;

  before("bring two regions up, with the load on them", async () => {
    ({ load, watch } = await begin(standing));
  });

  after(async () => {
    await Promise.allSettled([load.stop(), watch.stop()]);
    for (const client of old.values()) client.close();
  });

  const peerOf = (region: string): string => STAYING.find((one) => one !== region) ?? "";

  /** What the istiod of a region signs in with at its peer. */
  async function credential(region: string): Promise<Kubeconfig> {
    const cluster = `${peerOf(region)}-cluster`;
    const name = `istio-remote-secret-${cluster}`;
    const { data } = await kube(standing.context, region).json<Secret>([...SYSTEM, "get", "secret", name]);
    return parse(Buffer.from(data[cluster] ?? "", "base64").toString()) as Kubeconfig;
  }

  /** Generations of the token that stand in a region, with the tokens. */
  async function generations(region: string): Promise<Map<string, string>> {
    const { items } = await kube(standing.context, region).json<{ items: Secret[] }>([
      ...SYSTEM,
      ...["get", "secrets", "--field-selector", "type=kubernetes.io/service-account-token"],
    ]);
    const readers = items.filter(({ metadata }) => metadata.name.startsWith("reader-g"));
    return new Map(
      readers.map(({ metadata, data }) => [
        metadata.name,
        Buffer.from(data["token"] ?? "", "base64").toString(),
      ]),
    );
  }

  async function everyRegion(): Promise<void> {
    standing.refreshProject();
    await Promise.all(STAYING.map((region) => standing.context.workspace.up(region)));
  }

  /** Whether the API server knows who asks. */
  async function isKnown(client: KubeClient): Promise<boolean> {
    try {
      await client.list({ apiVersion: "v1", kind: "Namespace" });
      return true;
    } catch (error) {
      assert.match(String(error), /401|unauthorized/i);
      return false;
    }
  }

  it("stands beside the old one, and every peer has it after the second round", async () => {
    for (const region of STAYING) {
      const { clusters, users } = await credential(region);
      const cluster = clusters[0]?.cluster;
      assert.ok(cluster);
      const { server, "certificate-authority-data": caData } = cluster;
      old.set(peerOf(region), KubeClient.direct({ server, caData, token: users[0]?.user.token ?? "" }));
    }
    standing.edit("Pulumi.yaml", "read a cluster.\n    default: 1", "read a cluster.\n    default: 2");
    standing.edit("Pulumi.yaml", "0 for none.\n    default: 0", "0 for none.\n    default: 1");
    await everyRegion();
    await everyRegion();
    for (const region of STAYING) {
      const tokens = await generations(peerOf(region));
      assert.deepEqual([...tokens.keys()].toSorted(), ["reader-g1", "reader-g2"]);
      const used = (await credential(region)).users[0]?.user.token;
      assert.ok(used !== undefined && used === tokens.get("reader-g2"), `${region} has the new token`);
    }
    for (const [region, client] of old) assert.ok(await isKnown(client), `${region} still knows the old one`);
    await waitSynced(standing.context, requireIdentity(standing.context.home), () => undefined, never);
  });

  it("is the only one once the old one is revoked, which then is refused", async () => {
    standing.edit("Pulumi.yaml", "0 for none.\n    default: 1", "0 for none.\n    default: 0");
    await everyRegion();
    for (const region of STAYING)
      assert.deepEqual([...(await generations(region)).keys()], ["reader-g2"], region);
    // The API server remembers for some seconds whom a token stands for.
    for (const [region, client] of old)
      await eventually(`no more of the old token in ${region}`, 60_000, async () =>
        (await isKnown(client)) ? undefined : true,
      );
  });

  it("is what an istiod that starts afterwards reads its peers by", async () => {
    for (const region of STAYING) {
      const cluster = kube(standing.context, region);
      const deleted = await cluster.run([...SYSTEM, "delete", "pod", "-l", "app=istiod", "--wait"]);
      assert.equal(deleted.code, 0, deleted.stderr);
      const ready = await cluster.run([
        ...SYSTEM,
        ...["rollout", "status", "deployment", "-l", "app=istiod", "--timeout=300s"],
      ]);
      assert.equal(ready.code, 0, ready.stderr);
    }
    await waitSynced(standing.context, requireIdentity(standing.context.home), () => undefined, never);
  });

  it("cost no request and no endpoint", async () => {
    await load.stop();
    await watch.stop();
    assertWhole({ what: "another credential in each region", load, watch, staying: STAYING });
  });
});
