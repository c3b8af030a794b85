import { parse } from "yaml";

/** Why a text will not do as the kubeconfig of an existing cluster. Neither part quotes anything of it. */
export interface KubeconfigFault {
  /** What the value is or lacks, as the end of "this value …". */
  readonly reason: string;
  /** What to do; absent where only setting another value helps. */
  readonly fix?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** One context, everything in it, and nothing that is only a name of a file here. */
const FLATTEN = "kubectl config view --minify --flatten --raw --context <name>";

/** Fields that name a file of this machine, with what would hold the content instead. */
const FILES = {
  cluster: { "certificate-authority": "certificate-authority-data" },
  user: {
    "client-certificate": "client-certificate-data",
    "client-key": "client-key-data",
    tokenFile: "token",
  },
} as const;

/**
 * Holds a kubeconfig against what the program and the cluster's peers need of it: the current context only, and
 * everything that it takes to use it in the text itself.
 */
export function kubeconfigFault(text: string): KubeconfigFault | undefined {
  let config: unknown;
  try {
    // Not "silent", by which the library would swallow errors too.
    config = parse(text, { logLevel: "error" });
  } catch {
    return { reason: "is not YAML" };
  }
  const parts = fieldsOf(config);
  if (parts === undefined) return { reason: "is not a YAML mapping" };
  const missing = ["clusters", "users", "contexts"].filter((part) => listOf(parts, part).length === 0);
  if (missing.length > 0) return { reason: `has no ${missing.join(", no ")}` };
  return contextFault(parts);
}

function contextFault(parts: Fields): KubeconfigFault | undefined {
  const current = parts["current-context"];
  if (typeof current !== "string" || current === "") {
    return {
      reason: "has no current-context",
      fix: `name the one that is meant: ${FLATTEN} gives a kubeconfig of that context alone`,
    };
  }
  const context = entry(parts, "contexts", "context", current);
  if (context === undefined) {
    return {
      reason: "has a current-context that none of its contexts is",
      fix: `set current-context to one of them, or take one: ${FLATTEN}`,
    };
  }
  const cluster = entry(parts, "clusters", "cluster", context["cluster"]);
  if (cluster === undefined) return { reason: "has a current-context whose cluster it does not describe" };
  const user = entry(parts, "users", "user", context["user"]);
  if (user === undefined) return { reason: "has a current-context whose user it does not describe" };
  return clusterFault(cluster) ?? userFault(user);
}

function clusterFault(cluster: Fields): KubeconfigFault | undefined {
  const server = cluster["server"];
  const url = typeof server === "string" && URL.canParse(server) ? new URL(server) : undefined;
  if (url?.protocol !== "https:" || url.username !== "" || url.password !== "") {
    return {
      reason: "names no server of the form https://host:port",
      fix: "give the address by which this machine and the peers' clusters reach the API server",
    };
  }
  if (cluster["insecure-skip-tls-verify"] === true) {
    return {
      reason: "does not verify the API server (insecure-skip-tls-verify)",
      fix: "give certificate-authority-data instead: else credentials go to whoever answers",
    };
  }
  const files = fileFault(cluster, FILES.cluster);
  if (files !== undefined) return files;
  if (isSet(cluster["certificate-authority-data"])) return undefined;
  return {
    reason: "has no certificate-authority-data for its cluster",
    fix: "embed the CA: peers verify the API server by it, and cannot ask this machine's own store",
  };
}

function userFault(user: Fields): KubeconfigFault | undefined {
  if (isSet(user["auth-provider"])) {
    return {
      reason: "signs in by auth-provider, which Kubernetes removed in 1.26",
      fix: "use exec with the cloud's own plugin, a token or a client certificate",
    };
  }
  const files = fileFault(user, FILES.user);
  if (files !== undefined) return files;
  const certificate = isSet(user["client-certificate-data"]);
  if (certificate !== isSet(user["client-key-data"])) {
    return {
      reason: `has a client ${certificate ? "certificate without its key" : "key without its certificate"}`,
    };
  }
  const exec = fieldsOf(user["exec"]);
  if (exec !== undefined && !isSet(exec["command"])) return { reason: "has an exec without a command" };
  if (certificate || exec !== undefined || isSet(user["token"])) return undefined;
  return {
    reason: "has no way to sign in for its user",
    fix: "give it a token, a client certificate with its key, or an exec command",
  };
}

function fileFault(fields: Fields, files: Readonly<Record<string, string>>): KubeconfigFault | undefined {
  const found = Object.entries(files).find(([name]) => isSet(fields[name]));
  if (found === undefined) return undefined;
  return {
    reason: `names a file of this machine in ${found[0]}`,
    fix: `embed its content as ${found[1]}: ${FLATTEN}`,
  };
}

function entry(parts: Fields, list: string, field: string, name: unknown): Fields | undefined {
  const found = listOf(parts, list).find((candidate) => fieldsOf(candidate)?.["name"] === name);
  return fieldsOf(fieldsOf(found)?.[field]);
}

function listOf(parts: Fields, name: string): readonly unknown[] {
  const list = Object.hasOwn(parts, name) ? parts[name] : undefined;
  return Array.isArray(list) ? list : [];
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}
