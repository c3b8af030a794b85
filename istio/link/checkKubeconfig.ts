import { parse } from "yaml";
import type { Fault } from "../rules/fault";

/** Fields of a user that istiod refuses (sanitizeKubeConfig in pkg/kube/util.go), with what they are. */
const REFUSED: Readonly<Record<string, string>> = {
  exec: "a command to run for each sign-in",
  tokenFile: "a token in a file",
  "client-certificate": "a certificate in a file",
  "client-key": "a key in a file",
};

type Fields = Readonly<Record<string, unknown>>;

/**
 * Why istiod would not, or should not, read a cluster with a kubeconfig. The faults name fields and never
 * what stands in them.
 * @param setting where the kubeconfig was given, as in `readerCredential`.
 */
export function checkReaderKubeconfig(setting: string, kubeconfig: string): readonly Fault[] {
  const config = fieldsOf(parseQuietly(kubeconfig));
  if (config === undefined) {
    return [fault(setting, "no YAML object", "a kubeconfig", "Give the content of the file, not its name")];
  }
  const users = listOf(config["users"], "user");
  const clusters = listOf(config["clusters"], "cluster");
  return [
    ...(users.length === 0
      ? [fault(`${setting}.users`, "none", "one user with a token", "Add the reader")]
      : []),
    ...(clusters.length === 0
      ? [fault(`${setting}.clusters`, "none", "the cluster to be read", "Add the cluster")]
      : []),
    ...(contextsOf(config).includes(config["current-context"])
      ? []
      : [
          fault(
            `${setting}.current-context`,
            "no context of the file",
            "the name of a context",
            "Set it: istiod reads the current context only",
          ),
        ]),
    ...users.flatMap((user, index) => checkUser(`${setting}.users[${index}]`, user)),
    ...clusters.flatMap((cluster, index) => checkCluster(`${setting}.clusters[${index}]`, cluster)),
  ];
}

function checkUser(setting: string, user: Fields): readonly Fault[] {
  const allowed = "a bearer token";
  const provider = fieldsOf(user["auth-provider"]);
  const refused = [
    ...Object.entries(REFUSED)
      .filter(([field]) => isSet(user[field]))
      .map(([field, what]) =>
        fault(
          `${setting}.${field}`,
          what,
          allowed,
          "Use the token of a service account: istiod refuses this",
        ),
      ),
    ...(provider !== undefined && provider["name"] !== "oidc"
      ? [
          fault(
            `${setting}.auth-provider`,
            "a provider other than oidc",
            allowed,
            "Use the token of a service account: istiod refuses this",
          ),
        ]
      : []),
  ];
  const signsIn =
    isSet(user["token"]) ||
    provider?.["name"] === "oidc" ||
    (isSet(user["client-certificate-data"]) && isSet(user["client-key-data"])) ||
    (isSet(user["username"]) && isSet(user["password"]));
  if (refused.length > 0 || signsIn) return refused;
  return [
    fault(setting, "nothing to sign in with", allowed, "Add the token of the reader's service account"),
  ];
}

function checkCluster(setting: string, cluster: Fields): readonly Fault[] {
  const server = cluster["server"];
  return [
    ...(typeof server === "string" && server.startsWith("https://")
      ? []
      : [
          fault(
            `${setting}.server`,
            isSet(server) ? "no https:// address" : undefined,
            "an https:// address",
            "Give the address of the API server",
          ),
        ]),
    ...(cluster["insecure-skip-tls-verify"] === true
      ? [
          fault(
            `${setting}.insecure-skip-tls-verify`,
            true,
            "the API server's certificate authority",
            "Give certificate-authority-data: without it the token goes to whoever answers",
          ),
        ]
      : []),
    ...(isSet(cluster["certificate-authority"])
      ? [
          fault(
            `${setting}.certificate-authority`,
            "a file",
            "certificate-authority-data",
            "Put the certificate itself in: the file is not where istiod runs",
          ),
        ]
      : []),
  ];
}

function contextsOf(config: Fields): readonly unknown[] {
  const contexts: unknown = config["contexts"];
  return Array.isArray(contexts) ? contexts.map((context: unknown) => fieldsOf(context)?.["name"]) : [];
}

function listOf(list: unknown, field: string): readonly Fields[] {
  if (!Array.isArray(list)) return [];
  return list.map((entry: unknown) => fieldsOf(fieldsOf(entry)?.[field]) ?? {});
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

/** The parser's own error would quote the text, token and all. */
function parseQuietly(text: string): unknown {
  try {
    return parse(text, { logLevel: "error" });
  } catch {
    return undefined;
  }
}

function fault(setting: string, value: unknown, allowed: string, fix: string): Fault {
  return { setting, value, allowed, fix };
}
