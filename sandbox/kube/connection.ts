import { readFileSync } from "node:fs";
// The package's index loads every typed API (three times the start-up time of a plugin process).
import { KubeConfig } from "@kubernetes/client-node/dist/config";
import { ExecCredentialSource, type ExecConfig } from "./exec-credential";

/** Where an API server is and how to sign in to it. */
export interface Connection {
  readonly server: string;
  /** The cluster's name in the kubeconfig. */
  readonly cluster?: string;
  readonly ca?: string;
  readonly serverName?: string;
  readonly skipTlsVerify?: boolean;
  /** The namespace of the kubeconfig's context. */
  readonly namespace?: string;
  /** Sign-in for the next request. */
  sign(): Promise<Signature>;
  /** Called after a 401, so that a held credential is not used again. */
  refused(): void;
}

/** How one request proves who sends it. */
export interface Signature {
  readonly authorization?: string;
  readonly cert?: string;
  readonly key?: string;
}

/**
 * A connection from the text of a kubeconfig.
 * @param env environment of its sign-in, where that is a command.
 */
export function connectionFromKubeconfig(
  text: string,
  context?: string,
  env?: NodeJS.ProcessEnv,
): Connection {
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
  } catch {
    // The parser's message quotes the text, and the text holds credentials.
    throw new Error("the kubeconfig cannot be parsed: give the contents of a kubeconfig file, YAML or JSON.");
  }
  if (context !== undefined) config.setCurrentContext(context);
  const name = config.getCurrentContext();
  const chosen = config.getContextObject(name);
  if (chosen === null) {
    const known = config.getContexts().map((known) => known.name);
    throw new Error(`the kubeconfig has no context "${name}"; it has: ${known.join(", ") || "none"}.`);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new Error(`the kubeconfig's context "${name}" names no cluster that the file defines.`);
  const ca = decoded(cluster.caData) ?? file(cluster.caFile);
  return {
    server: cluster.server,
    cluster: cluster.name,
    ...(ca === undefined ? {} : { ca }),
    ...(cluster.tlsServerName === undefined ? {} : { serverName: cluster.tlsServerName }),
    skipTlsVerify: cluster.skipTLSVerify,
    ...(chosen.namespace === undefined ? {} : { namespace: chosen.namespace }),
    ...signer(config.getCurrentUser(), name, env),
  };
}

/** A connection by a bearer token. */
export function connectionDirect(o: { server: string; caData: string; token: string }): Connection {
  const ca = decoded(o.caData);
  return {
    server: o.server,
    ...(ca === undefined ? {} : { ca }),
    sign: () => Promise.resolve({ authorization: `Bearer ${o.token}` }),
    refused: () => undefined,
  };
}

type User = NonNullable<ReturnType<KubeConfig["getCurrentUser"]>>;
type Signer = Pick<Connection, "sign" | "refused">;

function signer(user: User | null, context: string, env?: NodeJS.ProcessEnv): Signer {
  if (user === null) return fixed({});
  if (user.exec !== undefined && user.exec !== null) return execSigner(user.exec as ExecConfig, env);
  if (user.authProvider !== undefined)
    throw new Error(
      `the user of context "${context}" signs in by auth-provider, which Kubernetes removed: use exec, a token or a client certificate.`,
    );
  const token = user.token ?? file((user as { tokenFile?: string }).tokenFile)?.trim();
  const cert = decoded(user.certData) ?? file(user.certFile);
  const key = decoded(user.keyData) ?? file(user.keyFile);
  const basic =
    user.username === undefined
      ? undefined
      : `Basic ${Buffer.from(`${user.username}:${user.password ?? ""}`).toString("base64")}`;
  const authorization = token === undefined ? basic : `Bearer ${token}`;
  return fixed({
    ...(authorization === undefined ? {} : { authorization }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
}

function fixed(signature: Signature): Signer {
  return { sign: () => Promise.resolve(signature), refused: () => undefined };
}

function execSigner(config: ExecConfig, env?: NodeJS.ProcessEnv): Signer {
  const source = new ExecCredentialSource(config, env);
  return {
    sign: async () => {
      const given = await source.credential();
      return {
        ...(given.token === undefined ? {} : { authorization: `Bearer ${given.token}` }),
        ...(given.clientCertificateData === undefined ? {} : { cert: given.clientCertificateData }),
        ...(given.clientKeyData === undefined ? {} : { key: given.clientKeyData }),
      };
    },
    refused: () => source.forget(),
  };
}

function decoded(base64: string | undefined): string | undefined {
  return base64 === undefined || base64 === "" ? undefined : Buffer.from(base64, "base64").toString("utf8");
}

function file(path: string | undefined): string | undefined {
  return path === undefined || path === "" ? undefined : readFileSync(path, "utf8");
}
