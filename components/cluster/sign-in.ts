import { spawn } from "node:child_process";
import { parse } from "yaml";

/** What a kubeconfig's current context says of the API server and of who signs in. */
export interface SignIn {
  readonly server: string;
  readonly serverName?: string;
  readonly ca: string;
  /** Address of a proxy that stands before this server. */
  readonly proxy?: string;
  readonly user: Credential;
  readonly exec?: ExecCommand;
}

/** How requests prove who sends them; PEM, or a bearer token. */
export interface Credential {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** A command that hands out a credential. */
export interface ExecCommand {
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly apiVersion?: string;
}

interface Entry {
  readonly name: string;
  readonly context?: { readonly cluster?: string; readonly user?: string };
  readonly cluster?: Readonly<Record<string, string>>;
  readonly user?: Readonly<Record<string, string>> & { readonly exec?: ExecCommand };
}

interface Kubeconfig {
  readonly "current-context": string;
  readonly contexts: readonly Entry[];
  readonly clusters: readonly Entry[];
  readonly users: readonly Entry[];
}

/** A command that asks a person would wait for ever where nobody sits. */
const EXEC_MS = 60_000;

/**
 * Reads a kubeconfig that the settings' checks have found sound. Not by the Kubernetes client, which loads hundreds of
 * modules for it: more than the rest of the program's start takes.
 */
export function readSignIn(kubeconfig: string): SignIn {
  const config = parse(kubeconfig, { logLevel: "error" }) as Kubeconfig;
  const named = (list: readonly Entry[], name?: string): Entry | undefined => {
    return list.find((entry) => entry.name === name);
  };
  const context = named(config.contexts, config["current-context"])?.context;
  const cluster = named(config.clusters, context?.cluster)?.cluster ?? {};
  const { exec, ...user } = named(config.users, context?.user)?.user ?? {};
  const { "tls-server-name": serverName, "proxy-url": proxy } = cluster;
  return {
    server: cluster["server"] ?? "",
    ca: decoded(cluster["certificate-authority-data"]) ?? "",
    ...(serverName === undefined ? {} : { serverName }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(exec === undefined ? {} : { exec }),
    user: credential(
      user["token"],
      decoded(user["client-certificate-data"]),
      decoded(user["client-key-data"]),
    ),
  };
}

/** Why a command handed out no credential; what it printed is not in it, since that may be the credential. */
export class ExecFailed extends Error {
  constructor(
    readonly command: string,
    readonly code: string | undefined,
  ) {
    super(`the exec command ${command} handed out no credential`);
  }
}

/**
 * Runs a kubeconfig's command and reads the credential that it prints.
 * @param limitMs how long it may take.
 */
export async function runExec(exec: ExecCommand, limitMs = EXEC_MS): Promise<Credential> {
  const { command, args, env, apiVersion = "client.authentication.k8s.io/v1" } = exec;
  const info = { apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  const added = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  const child = spawn(command, [...(args ?? [])], {
    env: { ...process.env, ...added, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const parts: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => parts.push(part));
  let timer: NodeJS.Timeout | undefined;
  const code = await new Promise<number | null>((resolve, reject) => {
    // Not left to spawn: what the command itself started may keep the output open when the command is gone.
    timer = setTimeout(() => {
      child.kill("SIGKILL");
      child.stdout.destroy();
      reject(new ExecFailed(command, "ETIMEDOUT"));
    }, limitMs);
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(new ExecFailed(command, error.code));
    });
    child.once("close", resolve);
  }).finally(() => {
    clearTimeout(timer);
  });
  if (code !== 0) throw new ExecFailed(command, undefined);
  try {
    const { status } = JSON.parse(Buffer.concat(parts).toString()) as {
      status: { token?: string; clientCertificateData?: string; clientKeyData?: string };
    };
    return credential(status.token, status.clientCertificateData, status.clientKeyData);
  } catch {
    throw new ExecFailed(command, undefined);
  }
}

function credential(token?: string, cert?: string, key?: string): Credential {
  return {
    ...(token === undefined ? {} : { token }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

function decoded(base64: string | undefined): string | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, "base64").toString("utf8");
}
