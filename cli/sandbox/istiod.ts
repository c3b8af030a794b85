import { request } from "node:http";
import type { IstiodPorts } from "../../sandbox/addresses/layout";

/** How one istiod sees one cluster, as `/debug/clusterz` says. */
export interface ClusterSync {
  /** Name of the cluster. */
  readonly id: string;
  /** `synced`, `syncing`, `timeout` and others of istiod's own words. */
  readonly syncStatus: string;
  /** Namespace and name of the remote secret; empty for the istiod's own cluster. */
  readonly secretName: string;
}

/** The clusters that an istiod knows. */
export async function clusters(ports: IstiodPorts): Promise<ClusterSync[]> {
  return JSON.parse(await istiodPage(ports.http, "/debug/clusterz")) as ClusterSync[];
}

/** Istio's version as the running istiod says, e.g. `1.31.1`. */
export async function version(ports: IstiodPorts): Promise<string> {
  return (await istiodPage(ports.monitoring, "/version")).trim().split("-")[0] ?? "";
}

/** A page of an istiod at one of its ports. */
export function istiodPage(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const exchange = request({ host: "127.0.0.1", port, path, timeout: 10_000 }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => {
        const text = Buffer.concat(parts).toString();
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`istiod ${path}: HTTP ${response.statusCode ?? 0}: ${text.slice(0, 200)}`));
      });
    });
    exchange.on("timeout", () => exchange.destroy(new Error(`istiod ${path}: no answer within 10 s`)));
    exchange.on("error", reject);
    exchange.end();
  });
}
