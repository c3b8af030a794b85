import { parse } from "yaml";
import type { ObjectRef } from "../../../kube";

interface Head {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/** The objects of a rendered manifest. */
export function manifestObjects(manifest: string): ObjectRef[] {
  return manifest.split(/^---.*$/m).flatMap((document) => {
    const { apiVersion, kind, metadata } = head(document);
    if (apiVersion === undefined || kind === undefined || metadata?.name === undefined) return [];
    const { name, namespace } = metadata;
    return [{ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }];
  });
}

/** The names of the objects by kind, as the official plugin's `resourceNames`. */
export function resourceNames(manifest: string): Record<string, string[]> {
  const names = new Map<string, Set<string>>();
  for (const { apiVersion, kind, name, namespace } of manifestObjects(manifest)) {
    const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
    const key = `${kind}${group === "" ? "" : `.${group}`}/${apiVersion}`;
    names.set(
      key,
      (names.get(key) ?? new Set()).add(namespace === undefined ? name : `${namespace}/${name}`),
    );
  }
  const sorted = [...names].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, of]) => [key, [...of].toSorted()]));
}

// Only the head of each document is parsed: the CRDs of one chart are a megabyte of YAML.
function head(document: string): Head {
  const kept: string[] = [];
  let keep = false;
  for (const line of document.split("\n")) {
    const key = /^["']?([A-Za-z]+)["']?\s*:/.exec(line)?.[1];
    // A document in flow style has no lines to pick.
    if (line.startsWith("{")) return (parse(document) as Head | null) ?? {};
    if (key !== undefined) keep = ["apiVersion", "kind", "metadata"].includes(key);
    if (keep) kept.push(line);
  }
  return (parse(kept.join("\n")) as Head | null) ?? {};
}
