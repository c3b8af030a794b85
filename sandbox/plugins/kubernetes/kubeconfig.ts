import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { parse } from "yaml";

/** One context of a kubeconfig with what it points to, every field kept. */
export interface ContextEntries {
  readonly cluster: Readonly<Record<string, unknown>>;
  readonly user: Readonly<Record<string, unknown>>;
}

interface Named {
  readonly name?: string;
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly context?: { readonly cluster?: string; readonly user?: string };
}

interface Kubeconfig {
  readonly "current-context"?: string;
  readonly clusters?: readonly Named[];
  readonly users?: readonly Named[];
  readonly contexts?: readonly Named[];
}

/** The contents of a kubeconfig, given as such or by its path. */
export function kubeconfigText(pathOrContents: string): string {
  const home = pathOrContents === "~" || pathOrContents.startsWith("~/");
  const file = home ? path.join(homedir(), pathOrContents.slice(1)) : pathOrContents;
  // Contents have line breaks or braces and are longer than a path may be.
  const mayBePath = file.length > 0 && file.length < 4096 && !/[\n{]/.test(file);
  return mayBePath && existsSync(file) ? readFileSync(file, "utf8") : pathOrContents;
}

/** The cluster that a kubeconfig's context means; undefined when the file does not say. */
export function activeCluster(text: string, context?: string): Readonly<Record<string, unknown>> | undefined {
  return contextEntries(text, context)?.cluster;
}

/** The chosen context's cluster and user. */
export function contextEntries(text: string, context?: string): ContextEntries | undefined {
  const config = parse(text) as Kubeconfig | null;
  const named = (list: readonly Named[] | undefined, name: string | undefined): Named | undefined =>
    list?.find((entry) => entry.name === name);
  const chosen = named(config?.contexts, context ?? config?.["current-context"])?.context;
  const cluster = named(config?.clusters, chosen?.cluster)?.cluster;
  if (cluster === undefined) return undefined;
  return { cluster, user: named(config?.users, chosen?.user)?.user ?? {} };
}
