import { request, type Agent, type RequestOptions } from "node:https";
// The package's index loads every typed API, which is seconds at each start of the program.
import { KubeConfig } from "@kubernetes/client-node/dist/config";
import * as pulumi from "@pulumi/pulumi";
import { accessFault, localityWarning, obstacles, type FailedRequest, type NamedObject } from "./joinable";

/** What has to be known to say whether the mesh can be installed in a cluster that is not ours. */
export interface PreflightArgs {
  /** Name of the region. */
  readonly region: string;
  /** Plain text of the setting. */
  readonly kubeconfig: string;
  /** Namespaces that the stack makes. */
  readonly namespaces: readonly string[];
}

const TIMEOUT_MS = 15_000;

/**
 * Asks an existing cluster whether it can be reached, signed in to and joined, before anything is made: a fault is
 * said in the preview, and no half of a mesh is left in somebody's cluster.
 */
export async function checkExisting(args: PreflightArgs): Promise<void> {
  const config = new KubeConfig();
  config.loadFromString(args.kubeconfig);
  const host = serverOf(config);
  try {
    const signed = await signedOptions(config);
    const [namespaces, customResourceDefinitions, nodes] = await Promise.all([
      list(config, signed, "/api/v1/namespaces"),
      list(config, signed, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"),
      list(config, signed, "/api/v1/nodes"),
    ]).finally(() => (signed.agent as Agent | undefined)?.destroy());
    const found = obstacles({ namespaces, customResourceDefinitions }, args.namespaces);
    if (found.length > 0) throw refused(found);
    const localities = nodes.map(({ labels }) => labels?.["topology.kubernetes.io/region"]);
    const warning = localityWarning(args.region, localities);
    if (warning !== undefined) await pulumi.log.warn(warning);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    throw refused([accessFault(host, error.failed, args.region)]);
  }
}

function refused(reasons: readonly string[]): pulumi.RunError {
  return new pulumi.RunError(
    ["The cluster of global-mesh:kubeconfig cannot be used. Nothing was changed.", ...reasons].join("\n- "),
  );
}

/** Without what an address might carry besides: it is printed. */
function serverOf(config: KubeConfig): string {
  const server = config.getCurrentCluster()?.server ?? "";
  return URL.canParse(server) ? new URL(server).origin : "of the current context";
}

class RequestFailed extends Error {
  constructor(readonly failed: FailedRequest) {
    super("the request brought no usable answer");
  }
}

interface MetadataList {
  readonly items?: readonly { readonly metadata: NamedObject }[];
}

/** Names, labels and annotations of all objects of a kind; the objects themselves are nobody's business here. */
async function list(
  config: KubeConfig,
  signed: RequestOptions,
  path: string,
): Promise<readonly NamedObject[]> {
  const server = config.getCurrentCluster()?.server ?? "";
  const { status, text } = await exchange(new URL(`${server.replace(/\/$/, "")}${path}`), signed);
  if (status !== 200) throw new RequestFailed({ status });
  return ((JSON.parse(text) as MetadataList).items ?? []).map(({ metadata }) => metadata);
}

/** Once for all requests: an `exec` command may take seconds. */
async function signedOptions(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {
    headers: { accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1" },
  };
  try {
    await config.applyToHTTPSOptions(options as Parameters<KubeConfig["applyToHTTPSOptions"]>[0]);
  } catch (error) {
    // What the command printed may be the credential: neither it nor the error's own words are shown.
    const command = (config.getCurrentUser()?.exec as { command?: string } | undefined)?.command;
    const { code } = error as NodeJS.ErrnoException;
    throw new RequestFailed({
      ...(command === undefined ? {} : { command }),
      ...(code === undefined ? {} : { code }),
    });
  }
  return options;
}

function exchange(url: URL, signed: RequestOptions): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      const code = error.name === "TimeoutError" ? "ETIMEDOUT" : error.code;
      reject(new RequestFailed(code === undefined ? {} : { code }));
    };
    const options = { ...signed, signal: AbortSignal.timeout(TIMEOUT_MS) };
    const sent = request(url, options, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("error", failed);
      answer.on("end", () => {
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() });
      });
    });
    sent.on("error", failed);
    sent.end();
  });
}
