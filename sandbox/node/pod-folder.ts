import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { namespaceOf, uidOf, type Container, type Pod } from "./types";

/** Where the service account admission mounts token, CA and namespace. */
export const SERVICE_ACCOUNT_MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The files of one pod: a folder per volume, and a root folder per container with links at its mount paths. */
export class PodFolder {
  readonly path: string;

  constructor(parent: string, pod: Pod) {
    this.path = join(parent, `${namespaceOf(pod)}_${pod.metadata.name}_${uidOf(pod)}`);
  }

  /** The folder of a volume. */
  volume(name: string): string {
    return join(this.path, "volumes", name);
  }

  /** The root folder of a container: what stands for "/" in it. */
  root(container: Container): string {
    return join(this.path, "containers", container.name);
  }

  /** Makes the root folder of a container, with its mounts. */
  mount(container: Container): void {
    const root = this.root(container);
    mkdirSync(root, { recursive: true, mode: 0o700 });
    // A mount below another one goes into that one's folder, so the shorter path must be there first.
    const mounts = (container.volumeMounts ?? []).toSorted((a, b) => a.mountPath.length - b.mountPath.length);
    for (const { name, mountPath, subPath } of mounts) {
      const link = join(root, mountPath);
      if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
      mkdirSync(dirname(link), { recursive: true, mode: 0o700 });
      mkdirSync(this.volume(name), { recursive: true, mode: 0o700 });
      symlinkSync(join(this.volume(name), subPath ?? ""), link);
    }
  }

  /**
   * Writes the kubeconfig of a container's service account and returns its path; undefined when the container
   * mounts no token. It names the token's file, which is renewed, and holds no secret itself.
   */
  kubeconfig(container: Container, server: string): string | undefined {
    const account = join(this.root(container), SERVICE_ACCOUNT_MOUNT);
    if (!existsSync(join(account, "token"))) return undefined;
    const file = join(this.path, `${container.name}.kubeconfig`);
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "local", cluster: { server, "certificate-authority": join(account, "ca.crt") } }],
      users: [{ name: "pod", user: { tokenFile: join(account, "token") } }],
      contexts: [{ name: "pod", context: { cluster: "local", user: "pod" } }],
      "current-context": "pod",
    };
    writeFileSync(file, stringify(config), { mode: 0o600 });
    return file;
  }

  /** Removes everything, keys and tokens first of all. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A value with a path at or below a mount turned into the path in the container's root folder. */
export function relocate(value: string, container: Container, root: string): string {
  const below = (container.volumeMounts ?? []).some(
    ({ mountPath }) => value === mountPath || value.startsWith(`${mountPath.replace(/\/$/, "")}/`),
  );
  return below ? join(root, value) : value;
}
