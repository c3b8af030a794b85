import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimBlock, regionAddresses, type RegionAddresses } from "../../../sandbox/addresses";
import { COMPONENTS, type ClusterAccess, type ControlPlaneSpec } from "../../../sandbox/cluster";
import { ProcessRegistry } from "../../../sandbox/processes";
import { ensureTools } from "../../../sandbox/tools";

export const TOKEN = "operator-token-of-this-test";
export const FQDN = "eastus-cluster-dns.hcp.eastus.azmk8s.io";

/** What a control plane needs, on addresses of its own. */
export interface Bench {
  readonly home: string;
  readonly records: string;
  readonly block: number;
  readonly addresses: RegionAddresses;
  readonly spec: ControlPlaneSpec;
  readonly registry: ProcessRegistry;
  /** The ports of the control plane. */
  readonly ports: readonly number[];
  /** Ends all processes and removes everything. */
  dispose(): Promise<void>;
}

/** Gets the servers (the first run on a machine builds them), a folder and a block of addresses. */
export async function prepareBench(): Promise<Bench> {
  const tools = await ensureTools(COMPONENTS);
  const tool = (name: (typeof COMPONENTS)[number]): string => tools.get(name)?.path ?? name;
  const home = mkdtempSync(join(tmpdir(), "control-plane-"));
  const records = join(home, "processes");
  const claim = await claimBlock({ home });
  const addresses = regionAddresses(claim.block, 0);
  const registry = new ProcessRegistry(records);
  return {
    home,
    records,
    block: claim.block,
    addresses,
    registry,
    ports: [addresses.apiServerPort, addresses.etcdClientPort, addresses.controllerManagerPort],
    spec: {
      name: "eastus-cluster",
      region: "eastus",
      addresses,
      folder: join(home, "clusters", "eastus-cluster"),
      tools: {
        etcd: tool("etcd"),
        kubeApiserver: tool("kube-apiserver"),
        kubeControllerManager: tool("kube-controller-manager"),
      },
      operatorToken: TOKEN,
      kubernetesVersion: "1.35",
      dnsNames: [FQDN],
    },
    dispose: async () => {
      await registry.stopAll();
      await ProcessRegistry.endRecorded(records);
      await claim.release();
      rmSync(home, { recursive: true });
    },
  };
}

/** A request to an API server with its own CA; the status and the parsed answer. */
export async function ask(
  access: ClusterAccess,
  o: { path: string; method?: string; token?: string; body?: unknown; servername?: string },
): Promise<{ status: number; body: Record<string, unknown> }> {
  const url = new URL(o.path, access.server);
  return await new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        method: o.method ?? "GET",
        ca: Buffer.from(access.caData, "base64"),
        agent: false,
        headers: {
          ...(o.token === undefined ? {} : { authorization: `Bearer ${o.token}` }),
          "content-type": "application/json",
        },
        ...(o.servername === undefined ? {} : { servername: o.servername }),
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => {
          const json = text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : { text };
          resolve({ status: response.statusCode ?? 0, body: json });
        });
      },
    );
    call.on("error", reject);
    call.end(o.body === undefined ? undefined : JSON.stringify(o.body));
  });
}

/** Repeats a check until it holds. */
export async function eventually(check: () => Promise<void>, timeoutMs = 30_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Waits until a process says something. */
export function firstOutput(run: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    run.stdout?.once("data", () => resolve());
    run.once("exit", (code) => reject(new Error(`ended with code ${code ?? "none"} before it was up`)));
  });
}
