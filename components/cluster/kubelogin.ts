import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/**
 * Throws where kubelogin is not on the path. Asked before anything is made: without it the first Kubernetes
 * object would fail only after the cluster has taken its ten minutes.
 */
export function requireKubelogin(environment: NodeJS.ProcessEnv = process.env): void {
  const folders = (environment["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const names = process.platform === "win32" ? ["kubelogin.exe", "kubelogin.cmd"] : ["kubelogin"];
  if (folders.some((folder) => names.some((name) => isExecutable(path.join(folder, name))))) return;
  throw new Error(
    "kubelogin is not on the PATH. Clusters are signed in to by Entra, and kubelogin " +
      "gets the token. Install it: az aks install-cli, or https://azure.github.io/kubelogin/install.html",
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
