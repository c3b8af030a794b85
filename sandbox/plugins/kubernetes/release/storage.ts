import { gunzipSync } from "node:zlib";
import type { KubeClient, KubeObject } from "../../../kube";
import type { PlainMap } from "../../wire";

/** One revision of a release as Helm 3 keeps it in a Secret. */
export interface Revision {
  readonly revision: number;
  /** "deployed", "failed", "pending-install", "pending-upgrade", "uninstalling", "superseded", … */
  readonly status: string;
  /** The labels of the Secret, Helm's own and those given at the installation. */
  readonly labels: Readonly<Record<string, string>>;
  readonly secret: KubeObject;
}

/** What is in a revision. */
export interface ReleaseRecord {
  readonly name: string;
  readonly namespace: string;
  readonly version: number;
  readonly info: { readonly status: string; readonly description?: string };
  readonly config?: PlainMap | null;
  readonly manifest: string;
  readonly chart: {
    readonly metadata: { readonly name: string; readonly version: string; readonly appVersion?: string };
  };
}

/** The revisions of a release, oldest first; none when there is no such release. */
export async function revisions(kube: KubeClient, namespace: string, name: string): Promise<Revision[]> {
  const secrets = await kube.list({
    apiVersion: "v1",
    kind: "Secret",
    namespace,
    labelSelector: `owner=helm,name=${name}`,
  });
  return secrets
    .map((secret): Revision => {
      const labels = secret.metadata.labels ?? {};
      return { revision: Number(labels.version), status: labels.status ?? "unknown", labels, secret };
    })
    .toSorted((a, b) => a.revision - b.revision);
}

/** Unpacks a revision: JSON, zipped, in base64, and once more in base64 by the API server. */
export function unpack(revision: Revision): ReleaseRecord {
  const data = revision.secret.data as { release?: string } | undefined;
  const once = Buffer.from(data?.release ?? "", "base64").toString("latin1");
  const packed = Buffer.from(once, "base64");
  const zipped = packed[0] === 0x1f && packed[1] === 0x8b;
  return JSON.parse((zipped ? gunzipSync(packed) : packed).toString("utf8")) as ReleaseRecord;
}
