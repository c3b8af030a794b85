import { createHash } from "node:crypto";
import { isUnknown, own, type Plain, type PlainMap } from "../wire";
import { asMap } from "./plain";

/** Tells a later diff that the name was made here, so that a replacement may take another. */
export const AUTONAMED = "pulumi.com/autonamed";

/** The id of an object: `namespace/name`, or the name alone for a cluster-scoped one. */
export function objectId(metadata: PlainMap): string {
  const name = text(own(metadata, "name"));
  const namespace = text(own(metadata, "namespace"));
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** The reverse of {@link objectId}. */
export function parseId(id: string): { readonly namespace?: string; readonly name: string } {
  const slash = id.indexOf("/");
  return slash < 0 ? { name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

/** A name that is the same in the preview and in the update after it, because the seed is. */
export function autoname(resourceName: string, randomSeed: Buffer): string {
  const digest = createHash("sha512").update(randomSeed).update(resourceName).digest("hex");
  return `${resourceName}-${digest.slice(0, 8)}`;
}

/** Whether the inputs say a name, if only one that is not known yet. */
export function isNamed(inputs: PlainMap): boolean {
  const metadata = own(inputs, "metadata");
  if (isUnknown(metadata)) return true;
  const name = own(asMap(metadata), "name");
  return isUnknown(name) || (typeof name === "string" && name !== "");
}

/** Whether the name was made by {@link withName}. */
export function isAutonamed(inputs: PlainMap): boolean {
  return own(asMap(own(asMap(own(inputs, "metadata")), "annotations")), AUTONAMED) === "true";
}

/**
 * The inputs with a name: their own, the one made at the creation, or a new one. Made names are marked by an
 * annotation, as the official plugin does.
 */
export function withName(
  inputs: PlainMap,
  olds: PlainMap | undefined,
  resourceName: string,
  randomSeed: Buffer,
): PlainMap {
  if (isNamed(inputs)) return inputs;
  const taken =
    olds !== undefined && isAutonamed(olds) ? text(own(asMap(own(olds, "metadata")), "name")) : "";
  const metadata = asMap(own(inputs, "metadata"));
  const annotations = own(metadata, "annotations");
  return {
    ...inputs,
    metadata: {
      ...metadata,
      name: taken === "" ? autoname(resourceName, randomSeed) : taken,
      // Nothing can be put into a map that is not known yet.
      ...(isUnknown(annotations) ? {} : { annotations: { ...asMap(annotations), [AUTONAMED]: "true" } }),
    },
  };
}

function text(value: Plain | undefined): string {
  return typeof value === "string" ? value : "";
}
