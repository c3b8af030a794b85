import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseAllDocuments } from "yaml";

/** A rule of a Role or ClusterRole. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** A Role or ClusterRole. */
export interface RoleObject {
  readonly apiVersion: string;
  readonly kind: "ClusterRole" | "Role";
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly Rule[];
}

const GUIDE = path.resolve(__dirname, "../../docs/verify.md");

/** The roles that the guide of `mesh verify` shows, as whoever copies them applies them. */
export function documentedRoles(): readonly RoleObject[] {
  const block = /^```yaml\n(apiVersion: rbac[\s\S]*?)^```$/m.exec(readFileSync(GUIDE, "utf8"))?.[1];
  assert.ok(block, "docs/verify.md shows roles");
  const documents = parseAllDocuments(block);
  assert.ok(Array.isArray(documents));
  return documents.map((document) => document.toJS() as RoleObject);
}
