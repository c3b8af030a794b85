import { isCurrent } from "./plan";
import { at, type Deployment } from "./state";

const PROVIDER = "pulumi:providers:kubernetes";

/**
 * The kubeconfigs by which a stack reaches its clusters, out of its state with the secrets in plain: an update that
 * was killed early has no outputs yet. For handing to a program by a private file, never for printing.
 */
export function kubeconfigsOf(deployment: Deployment): string[] {
  const configs = (deployment.resources ?? [])
    .filter((resource) => resource.type === PROVIDER && isCurrent(resource))
    .flatMap(({ inputs }) => plain(at(inputs, "kubeconfig")));
  return [...new Set(configs)].filter((text) => text.includes("clusters"));
}

/** A secret is shown as an object whose plain text is the value as JSON. */
function plain(value: unknown): string[] {
  if (typeof value === "string") return [value];
  const shown = at(value, "plaintext");
  if (typeof shown !== "string") return [];
  const inner: unknown = JSON.parse(shown);
  return typeof inner === "string" ? [inner] : [];
}
