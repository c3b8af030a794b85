import { readFileSync } from "node:fs";
import { request, type RequestOptions } from "node:https";
import type { ClusterFiles } from "./files";
import type { ControlPlaneSpec } from "./spec";

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A probe that is not answered in this time has failed; the caller asks again. */
const PROBE_TIMEOUT_MS = 5_000;

/** Asks the API server. The certificate is checked against the cluster's own CA. */
export async function askApiServer(
  spec: ControlPlaneSpec,
  files: ClusterFiles,
  path: string,
  token?: string,
): Promise<Answer> {
  return await send({
    host: spec.addresses.host,
    port: spec.addresses.apiServerPort,
    path,
    ca: readFileSync(files.ca),
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
}

/** Asks the controller manager how it is, controller by controller. */
export async function askControllerManager(spec: ControlPlaneSpec, files: ClusterFiles): Promise<Answer> {
  return await send({
    host: spec.addresses.host,
    port: spec.addresses.controllerManagerPort,
    path: "/healthz?verbose",
    ca: readFileSync(files.ca),
  });
}

/** Key in etcd that holds the random name of a cluster's data. Outside of /registry, where Kubernetes keeps its own. */
const DATA_ID_KEY = "/global-mesh/data-id";

/** The name that etcd's data bears, or undefined when it is empty. */
export async function readDataId(spec: ControlPlaneSpec, files: ClusterFiles): Promise<string | undefined> {
  const answer = (await askEtcd(spec, files, "/v3/kv/range", { key: base64(DATA_ID_KEY) })) as {
    kvs?: { value?: string }[];
  };
  const value = answer.kvs?.[0]?.value;
  return value === undefined ? undefined : Buffer.from(value, "base64").toString("utf8");
}

/** Gives etcd's data its name. */
export async function writeDataId(spec: ControlPlaneSpec, files: ClusterFiles): Promise<void> {
  await askEtcd(spec, files, "/v3/kv/put", { key: base64(DATA_ID_KEY), value: base64(files.dataId) });
}

/** Calls etcd's HTTP gateway with the cluster's certificate. */
async function askEtcd(
  spec: ControlPlaneSpec,
  files: ClusterFiles,
  path: string,
  body: Record<string, string>,
): Promise<unknown> {
  const answer = await send(
    {
      host: spec.addresses.host,
      port: spec.addresses.etcdClientPort,
      path,
      method: "POST",
      ca: readFileSync(files.etcdCa),
      cert: readFileSync(files.etcdCertificate),
      key: readFileSync(files.etcdKey),
    },
    JSON.stringify(body),
  );
  if (answer.status !== 200) throw new Error(`etcd answers ${answer.status} to ${path}.`);
  return JSON.parse(answer.body);
}

async function send(options: RequestOptions, body?: string): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    // No agent: a kept connection would hold up the server's stop.
    const call = request({ ...options, agent: false, timeout: PROBE_TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
      );
    });
    call.on("timeout", () => call.destroy(new Error(`no answer in ${PROBE_TIMEOUT_MS / 1000} s`)));
    call.on("error", reject);
    call.end(body);
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
