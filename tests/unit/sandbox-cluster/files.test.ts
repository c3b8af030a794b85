import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { X509Certificate } from "node:crypto";
import { regionAddresses } from "../../../sandbox/addresses";
import { kubeconfig, prepareFiles, tokenFile } from "../../../sandbox/cluster/files";
import { apiServerFlags, controllerManagerFlags, etcdFlags } from "../../../sandbox/cluster/flags";
import type { ControlPlaneSpec } from "../../../sandbox/cluster";

const OPERATOR = "operator-token-0123456789";

describe("cluster: files and flags", () => {
  let folder: string;
  let spec: ControlPlaneSpec;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cluster-"));
    spec = {
      name: "eastus-cluster",
      region: "eastus",
      addresses: regionAddresses(10, 1),
      folder,
      tools: {
        etcd: "etcd",
        kubeApiserver: "kube-apiserver",
        kubeControllerManager: "kube-controller-manager",
      },
      operatorToken: OPERATOR,
      kubernetesVersion: "1.35",
      dnsNames: ["eastus-cluster-dns.hcp.eastus.azmk8s.io"],
    };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("keeps everything private to the user", async () => {
    await prepareFiles(spec);
    assert.equal(statSync(join(folder, "pki")).mode & 0o777, 0o700);
    for (const name of readdirSync(join(folder, "pki"))) {
      assert.equal(statSync(join(folder, "pki", name)).mode & 0o777, 0o600, name);
    }
  });

  it("keeps over a restart what others hold, and renews the rest", async () => {
    const files = await prepareFiles(spec);
    const before = readAll(join(folder, "pki"));
    assert.deepEqual(await prepareFiles(spec), files);
    const after = readAll(join(folder, "pki"));
    const kept = [...before].filter(([name, text]) => after.get(name) === text).map(([name]) => name);
    assert.deepEqual(kept, [
      "authentication.yaml",
      "ca.crt",
      "ca.key",
      "data-id",
      "egress.yaml",
      "etcd-ca.crt",
      "etcd-ca.key",
      "service-account.key",
    ]);
  });

  it("serves under every name by which clients call", async () => {
    const { certificate } = await prepareFiles(spec);
    const x509 = new X509Certificate(readFileSync(certificate));
    for (const name of ["localhost", "kubernetes.default.svc", "eastus-cluster-dns.hcp.eastus.azmk8s.io"]) {
      assert.equal(x509.checkHost(name), name);
    }
    for (const ip of ["127.10.16.1", "10.96.0.1"]) assert.equal(x509.checkIP(ip), ip);
  });

  it("puts secrets into files, never into arguments, which every user can read", async () => {
    const files = await prepareFiles(spec);
    const args = [
      ...etcdFlags(spec, files),
      ...apiServerFlags(spec, files),
      ...controllerManagerFlags(spec, files),
    ].join(" ");
    assert.ok(!args.includes(OPERATOR));
    const managerToken = readFileSync(files.tokens, "utf8").split("\n")[1]?.split(",")[0];
    assert.ok(managerToken !== undefined && managerToken.length > 40 && !args.includes(managerToken));
    assert.ok(readFileSync(files.controllerManagerKubeconfig, "utf8").includes(managerToken));
  });

  it("lets every server listen on its region's own address only", async () => {
    const files = await prepareFiles(spec);
    for (const build of [etcdFlags, apiServerFlags, controllerManagerFlags]) {
      const addresses =
        build(spec, files)
          .join(" ")
          .match(/\b(?:127|0)\.\d+\.\d+\.\d+/g) ?? [];
      assert.deepEqual([...new Set(addresses)], ["127.10.16.1"]);
    }
  });

  it("lets nobody in without a credential, except to ask for the server's health", async () => {
    const { authentication } = await prepareFiles(spec);
    const { anonymous } = JSON.parse(readFileSync(authentication, "utf8")) as { anonymous: unknown };
    assert.deepEqual(anonymous, {
      enabled: true,
      conditions: [{ path: "/livez" }, { path: "/readyz" }, { path: "/healthz" }],
    });
  });

  it("refuses an operator token that would break or open the token file, without showing it", () => {
    for (const token of [
      "",
      "short",
      "with,comma-0123456789",
      'with"quote-0123456789',
      "two\nlines-0123456789",
    ]) {
      assert.throws(
        () => tokenFile(token, "manager"),
        (error: Error) =>
          /operatorToken is not usable/.test(error.message) && !error.message.includes("0123"),
      );
    }
    assert.equal(tokenFile(OPERATOR, "m").split("\n")[0], `${OPERATOR},operator,operator,"system:masters"`);
  });

  it("writes a kubeconfig that is JSON, and so YAML", () => {
    const parsed = JSON.parse(kubeconfig({ server: "https://127.10.0.1:6443", ca: "PEM", token: "t" })) as {
      clusters: unknown;
    };
    assert.deepEqual(parsed.clusters, [
      {
        name: "cluster",
        cluster: {
          server: "https://127.10.0.1:6443",
          "certificate-authority-data": Buffer.from("PEM").toString("base64"),
        },
      },
    ]);
  });
});

function readAll(folder: string): Map<string, string> {
  return new Map(
    readdirSync(folder)
      .toSorted()
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
}
