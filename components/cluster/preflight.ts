import { Agent, type RequestOptions } from "node:https";
import * as pulumi from "@pulumi/pulumi";
import { accessFault, localityWarning, obstacles, type NamedObject } from "./joinable";
import { exchange, RequestFailed } from "./exchange";
import { isProxied } from "./proxy";
import { ExecFailed, readSignIn, runExec, type SignIn } from "./sign-in";

/** What has to be known to say whether the mesh can be installed in a cluster that is not ours. */
export interface PreflightArgs {
  /** Name of the region. */
  readonly region: string;
  /** Plain text of the setting. */
  readonly kubeconfig: string;
  /** Namespaces that the stack makes. */
  readonly namespaces: readonly string[];
}

/**
 * Asks an existing cluster whether it can be reached, signed in to and joined, before anything is made: a fault is
 * said in the preview, and no half of a mesh is left in somebody's cluster.
 */
export async function checkExisting(args: PreflightArgs): Promise<void> {
  const signIn = readSignIn(args.kubeconfig);
  const url = new URL(signIn.server);
  const { origin } = url;
  if (signIn.proxy !== undefined || isProxied(url, process.env)) {
    await pulumi.log.info(
      `${origin} is reached by a proxy and was not looked at beforehand: whether it can be joined shows in the update.`,
    );
    return;
  }
  try {
    const [namespaces, customResourceDefinitions, nodes] = await ask(signIn);
    const found = obstacles({ namespaces, customResourceDefinitions }, args.namespaces);
    if (found.length > 0) throw refused(found);
    const localities = nodes.map(({ labels }) => labels?.["topology.kubernetes.io/region"]);
    const warning = localityWarning(args.region, localities);
    if (warning !== undefined) await pulumi.log.warn(warning);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    throw refused([accessFault(origin, error.failed, args.region)]);
  }
}

function refused(reasons: readonly string[]): pulumi.RunError {
  return new pulumi.RunError(
    ["The cluster of global-mesh:kubeconfig cannot be used. Nothing was changed.", ...reasons].join("\n- "),
  );
}

type Names = readonly NamedObject[];

/** Namespaces, CustomResourceDefinitions and nodes. */
async function ask(signIn: SignIn): Promise<[Names, Names, Names]> {
  const { server, serverName, ca, user, exec } = signIn;
  const { token, cert, key } = exec === undefined ? user : await credentialOf(exec);
  const agent = new Agent({ keepAlive: true });
  const options: RequestOptions = {
    agent,
    ca,
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    headers: {
      // The objects themselves are nobody's business here.
      accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
  };
  const list = (path: string): Promise<Names> => names(new URL(server.replace(/\/$/, "") + path), options);
  try {
    return await Promise.all([
      list("/api/v1/namespaces"),
      list("/apis/apiextensions.k8s.io/v1/customresourcedefinitions"),
      list("/api/v1/nodes"),
    ]);
  } finally {
    agent.destroy();
  }
}

async function credentialOf(exec: NonNullable<SignIn["exec"]>) {
  try {
    return await runExec(exec);
  } catch (error) {
    if (!(error instanceof ExecFailed)) throw error;
    const { command, code } = error;
    throw new RequestFailed({ command, ...(code === undefined ? {} : { code }) });
  }
}

interface MetadataList {
  readonly items?: readonly { readonly metadata: NamedObject }[];
}

async function names(url: URL, options: RequestOptions): Promise<Names> {
  const { status, text } = await exchange(url, options);
  if (status !== 200) throw new RequestFailed({ status });
  try {
    return ((JSON.parse(text) as MetadataList).items ?? []).map(({ metadata }) => metadata);
  } catch {
    throw new RequestFailed({ code: "what answers there is no Kubernetes API" });
  }
}
