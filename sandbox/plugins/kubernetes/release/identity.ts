import { createHash } from "node:crypto";
import { own, type PlainMap } from "../../wire";
import { asText } from "../plain";
import type { Revision } from "./storage";

/** The label of a release's Secrets that says which resource of which stack made it. */
const OWNER_LABEL = "pulumi.com/urn-digest";

/** The label with its value that marks a resource's release: a digest, because a URN does not fit. */
export function ownerLabel(urn: string): string {
  return `${OWNER_LABEL}=${createHash("sha256").update(urn).digest("hex").slice(0, 40)}`;
}

/** Whether a revision was made by the resource with this label. */
export function isOwn(revision: Revision, label: string): boolean {
  return `${OWNER_LABEL}=${revision.labels[OWNER_LABEL] ?? ""}` === label;
}

/** Where a release is. */
export function place(inputs: PlainMap): [namespace: string, name: string] {
  return [asText(own(inputs, "namespace")), asText(own(inputs, "name"))];
}
