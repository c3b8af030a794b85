import { spawn } from "node:child_process";

/** The `exec` entry of a kubeconfig user. */
export interface ExecConfig {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
}

/** What an exec plugin hands out. */
export interface ExecCredential {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
}

interface ExecStatus extends ExecCredential {
  readonly expirationTimestamp?: string;
}

const TIMEOUT_MS = 60_000;
/** A credential is renewed this long before it expires, so that no request leaves with a dying one. */
const MARGIN_MS = 10_000;

/** Runs a kubeconfig's exec plugin and keeps its credential until it expires. */
export class ExecCredentialSource {
  private held: { readonly status: ExecStatus; readonly until: number } | undefined;
  private running: Promise<ExecStatus> | undefined;

  /** @param env environment of the plugin, in whose PATH it is looked for. */
  constructor(
    private readonly config: ExecConfig,
    private readonly env: NodeJS.ProcessEnv = process.env,
  ) {}

  /** The current credential; parallel callers share one run of the plugin. */
  async credential(): Promise<ExecCredential> {
    if (this.held !== undefined && Date.now() < this.held.until) return this.held.status;
    this.running ??= run(this.config, this.env).finally(() => {
      this.running = undefined;
    });
    const status = await this.running;
    const expiry = status.expirationTimestamp === undefined ? NaN : Date.parse(status.expirationTimestamp);
    // Without an expiry the credential holds for the life of the process, as client-go does.
    this.held = { status, until: Number.isNaN(expiry) ? Infinity : expiry - MARGIN_MS };
    return status;
  }

  /** Drops the held credential: the server refused it. */
  forget(): void {
    this.held = undefined;
  }
}

async function run(config: ExecConfig, env: NodeJS.ProcessEnv): Promise<ExecStatus> {
  const apiVersion = config.apiVersion ?? "client.authentication.k8s.io/v1";
  const info = { apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  const added = Object.fromEntries((config.env ?? []).map(({ name, value }) => [name, value]));
  const child = spawn(config.command, [...(config.args ?? [])], {
    env: { ...env, ...added, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIMEOUT_MS,
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      const hint = config.installHint === undefined ? "" : ` ${config.installHint.trim()}`;
      reject(
        error.code === "ENOENT"
          ? new Error(`the kubeconfig's exec command ${config.command} is not on PATH.${hint}`)
          : error,
      );
    });
    child.once("close", resolve);
  });
  if (code !== 0) {
    const words = Buffer.concat(err).toString("utf8").trim().slice(-500);
    throw new Error(
      `the kubeconfig's exec command ${config.command} failed (${code ?? "ended by a signal"}): ${words}`,
    );
  }
  return readCredential(config.command, Buffer.concat(out).toString("utf8"));
}

// The output is never quoted in an error: it is the credential.
function readCredential(command: string, output: string): ExecStatus {
  let status: ExecStatus | undefined;
  try {
    status = (JSON.parse(output) as { status?: ExecStatus }).status;
  } catch {
    throw new Error(`the kubeconfig's exec command ${command} printed no ExecCredential in JSON.`);
  }
  if (status?.token === undefined && status?.clientCertificateData === undefined)
    throw new Error(`the ExecCredential of ${command} has neither a token nor a client certificate.`);
  return status;
}
