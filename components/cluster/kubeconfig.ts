import { isMap, isSeq, parse, parseDocument, type YAMLMap } from "yaml";

/** How kubelogin gets its token; the names are kubelogin's own. */
export type LoginMode = "azurecli" | "workloadidentity" | "msi" | "spn";

/** How to reach an API server, without any right to use it. */
export interface ApiEndpoint {
  /** As `https://host:443`. */
  readonly server: string;
  /** PEM certificates of its CA in base64, as a kubeconfig has them. */
  readonly caData: string;
}

/** What kubelogin needs whatever the mode; `--login` is set and `--client-id` belongs to the device code only. */
const KEPT = new Set(["--server-id", "--tenant-id", "--environment"]);

/**
 * Rewrites the kubeconfig that AKS hands out to users: it signs in by device code, which asks a person in a
 * browser. Users who sign in otherwise stay as they are.
 */
export function withLogin(kubeconfig: string, mode: LoginMode): string {
  const document = parseDocument(kubeconfig);
  if (document.errors.length > 0 || !isMap(document.contents)) throw new Error(notAKubeconfig());
  const users = document.get("users");
  for (const entry of isSeq(users) ? users.items : []) {
    if (!isMap(entry)) continue;
    const exec = entry.getIn(["user", "exec"]);
    if (isMap(exec) && isKubelogin(exec)) exec.set("args", document.createNode(loginArgs(exec, mode)));
  }
  return document.toString({ lineWidth: 0 });
}

/** Server and CA of the kubeconfig's current context. */
export function apiEndpoint(kubeconfig: string): ApiEndpoint {
  const config = readConfig(kubeconfig);
  const context = config.contexts?.find((candidate) => candidate.name === config["current-context"])?.context;
  const cluster = config.clusters?.find((candidate) => candidate.name === context?.cluster)?.cluster;
  if (cluster?.server === undefined) {
    throw new Error(
      "kubeconfig: its current-context names no cluster with a server; set current-context to one",
    );
  }
  const caData = cluster["certificate-authority-data"];
  if (caData === undefined) {
    throw new Error(
      `kubeconfig: cluster of ${cluster.server} has no certificate-authority-data. Peers verify the API server ` +
        "by it, and a file on this machine is of no use to them: embed it (kubectl config view --flatten --raw)",
    );
  }
  return { server: cluster.server, caData };
}

interface Kubeconfig {
  readonly "current-context"?: string;
  readonly contexts?: readonly { readonly name: string; readonly context?: { readonly cluster?: string } }[];
  readonly clusters?: readonly {
    readonly name: string;
    readonly cluster?: { readonly server?: string; readonly "certificate-authority-data"?: string };
  }[];
}

function readConfig(kubeconfig: string): Kubeconfig {
  let config: unknown;
  try {
    config = parse(kubeconfig);
  } catch {
    // The parser's message quotes the text, which may hold a token: it is dropped on purpose.
    throw new Error(notAKubeconfig());
  }
  if (typeof config !== "object" || config === null) throw new Error(notAKubeconfig());
  return config;
}

function isKubelogin(exec: YAMLMap): boolean {
  const command = exec.get("command");
  return typeof command === "string" && /(^|[/\\])kubelogin(\.exe)?$/.test(command);
}

function loginArgs(exec: YAMLMap, mode: LoginMode): string[] {
  const args = exec.get("args");
  const before = (isSeq(args) ? args.toJSON() : []).map(String);
  const kept = before.flatMap((flag, index) => (KEPT.has(flag) ? [flag, before[index + 1] ?? ""] : []));
  return ["get-token", "--login", mode, ...kept];
}

function notAKubeconfig(): string {
  return "kubeconfig: the text is not a kubeconfig in YAML or JSON (its content is not shown, it may hold a token)";
}
