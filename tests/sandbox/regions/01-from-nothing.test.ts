import assert from "node:assert/strict";
import { X509Certificate, createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { sharedStanding } from "../../support/standing";
import { kube, type Kube } from "../../support/kube";
import type { SandboxReport } from "../../../cli/sandbox/report";

const root = path.join(__dirname, "..", "..", "..");

/** The settings that the sandbox adds to a region's stack file; docs/sandbox.md says why each. */
const OVERLAY = [
  "azure-native:metadataHost",
  "azure-native:subscriptionId",
  "global-mesh:apiAccess",
  "global-mesh:charts",
  "global-mesh:protect",
  "global-mesh:values",
];

interface StackFile {
  readonly config?: Readonly<Record<string, unknown>>;
}

const REGIONS = ["eastus", "westeurope", "southeastasia"];

describe("three regions from nothing", () => {
  const standing = sharedStanding();
  let report: SandboxReport;
  let clusters: Map<string, Kube>;

  before("bring the sandbox up", async () => {
    report = await standing.up();
    clusters = new Map(REGIONS.map((region) => [region, kube(standing.context, region)]));
  });

  const others = (region: string): string[] => REGIONS.filter((name) => name !== region).toSorted();

  it("links every region with every other one, both ways, and leaves none pending", () => {
    assert.deepEqual(
      report.regions.map((region) => region.name),
      REGIONS,
    );
    for (const region of report.regions) {
      assert.deepEqual([...region.linkedPeers].toSorted(), others(region.name));
      assert.deepEqual([...region.mutualPeers].toSorted(), others(region.name));
      assert.deepEqual(region.pendingPeers, []);
    }
  });

  it("ran the tracked stack files with nothing but the documented settings added, and left them as they were", () => {
    for (const stack of ["global", ...REGIONS]) {
      const name = `Pulumi.${stack}.yaml`;
      const tracked = readFileSync(path.join(root, name), "utf8");
      assert.equal(readFileSync(path.join(standing.context.program, name), "utf8"), tracked);
      const generated = parse(
        readFileSync(path.join(standing.context.home.project, name), "utf8"),
      ) as StackFile;
      const { config = {} } = (parse(tracked) ?? {}) as StackFile;
      const added = Object.keys(generated.config ?? {}).filter((key) => !Object.hasOwn(config, key));
      assert.deepEqual(added.toSorted(), stack === "global" ? ["global-mesh:protect"] : OVERLAY);
      for (const [key, value] of Object.entries(config))
        assert.deepEqual(generated.config?.[key], value, key);
    }
  });

  it("has six remote secrets, each with the key that is its cluster's name", async () => {
    let count = 0;
    for (const [region, cluster] of clusters) {
      const secrets = await cluster.json<{
        items: {
          metadata: { name: string; annotations: Record<string, string> };
          data: Record<string, string>;
        }[];
      }>(["-n", "istio-system", "get", "secrets", "-l", "istio/multiCluster=true"]);
      assert.deepEqual(
        secrets.items.map((secret) => secret.metadata.name).toSorted(),
        others(region).map((peer) => `istio-remote-secret-${peer}-cluster`),
      );
      for (const secret of secrets.items) {
        assert.deepEqual(Object.keys(secret.data), [
          secret.metadata.annotations["networking.istio.io/cluster"],
        ]);
        count += 1;
      }
    }
    assert.equal(count, 6);
  });

  it("has istiods that call both peers synced", () => {
    for (const region of report.regions) {
      assert.deepEqual(
        [...region.synced].toSorted(),
        others(region.name).map((peer) => `${peer}-cluster`),
      );
    }
  });

  it("has one root everywhere and three different intermediates that verify against it", async () => {
    const roots = new Set<string>();
    const intermediates = new Set<string>();
    for (const cluster of clusters.values()) {
      const published = await cluster.json<{ data: Record<string, string> }>([
        "-n",
        "production",
        "get",
        "configmap",
        "istio-ca-root-cert",
      ]);
      const root = new X509Certificate(published.data["root-cert.pem"] ?? "");
      roots.add(root.fingerprint256);
      const cacerts = await cluster.json<{ data: Record<string, string> }>([
        "-n",
        "istio-system",
        "get",
        "secret",
        "cacerts",
      ]);
      const intermediate = new X509Certificate(Buffer.from(cacerts.data["ca-cert.pem"] ?? "", "base64"));
      assert.ok(intermediate.ca);
      assert.ok(intermediate.verify(root.publicKey), "the intermediate is signed by the root");
      intermediates.add(createHash("sha256").update(intermediate.raw).digest("hex"));
    }
    assert.equal(roots.size, 1);
    assert.equal(intermediates.size, 3);
  });

  it("refuses a bad policy with istiod's own words, in every region", async () => {
    for (const cluster of clusters.values()) {
      const refused = await cluster.apply({
        apiVersion: "networking.istio.io/v1",
        kind: "VirtualService",
        metadata: { name: "refused", namespace: "production" },
        spec: {
          hosts: ["refused.global"],
          http: [{ route: [{ destination: { host: "refused.global" }, weight: -1 }] }],
        },
      });
      assert.notEqual(refused.code, 0);
      assert.match(refused.stderr, /validation\.istio\.io|weight/);
    }
  });

  it("injects a sidecar in the application's namespace", async () => {
    for (const cluster of clusters.values()) {
      const pod = await cluster.dryRun({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "probe", namespace: "production", labels: { app: "probe" } },
        spec: { containers: [{ name: "probe", image: "example.org/probe:1" }] },
      });
      const names = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])].map(
        (container) => container.name,
      );
      assert.ok(names.includes("istio-proxy"), names.join(", "));
    }
  });
});
