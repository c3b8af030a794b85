import { isRecord, mapLeaves, type Leaf } from "./leaves";

/** A resource of `pulumi stack export`, as far as it is looked into here. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom?: boolean;
  readonly id?: string;
  readonly parent?: string;
  readonly provider?: string;
  /** Urns that the resource had before. */
  readonly aliases?: readonly string[];
  readonly [part: string]: unknown;
}

/** What `pulumi stack export` prints. */
export interface StackExport {
  readonly version: number;
  readonly deployment: {
    readonly resources?: readonly StateResource[];
    readonly [part: string]: unknown;
  };
}

/** Texts that one sandbox has and another has not, each with the mark that stands for it in a fixture. */
export type Marks = readonly (readonly [text: string, mark: string])[];

/** Stands for a value that each installation has its own of; the standing state says it. */
export const HERE = "$here";

/** Stands for a secret; the standing state says it. */
export const SECRET = "$secret";

/** By this key the engine tells a wrapped value, with this content a secret one (sdk/go/common/resource). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** Where in the code a resource was registered and when: no part of its identity. */
const LEFT_OUT = ["created", "modified", "sourcePosition", "stackTrace"];

/** Made anew by every installation: ids, keys and certificates, fingerprints, serial numbers, times, addresses. */
const OWN: readonly RegExp[] = [
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i,
  /-----BEGIN |^LS0tLS1CRUdJTi/,
  /^[0-9a-f]{24,}$/,
  /^([0-9a-f]{2}:){15,}/i,
  /^(SHA256:|ecdsa-sha2-|ssh-)/,
  /^\d{20,}$/,
  /\d{4}-\d\d-\d\dT\d\d:\d\d/,
  /\b127\.\d+\.\d+\.\d+/,
];

/** Parts of an object that the server counts or draws. */
const OWN_KEYS = ["resourceVersion", "uid", "etag", "creationTimestamp"];

/**
 * The resources of a stack without secrets and without what only this installation has, so that the state of an
 * earlier program can be kept and laid over any standing sandbox.
 */
export function scrub(state: StackExport, marks: Marks): StateResource[] {
  const resources = state.deployment.resources ?? [];
  return resources.map((resource) => {
    const kept = Object.fromEntries(Object.entries(resource).filter(([part]) => !LEFT_OUT.includes(part)));
    const scrubbed = mapLeaves(kept, (leaf) => scrubLeaf(leaf, marks), isOwnObject) as StateResource;
    const provider =
      resource.provider === undefined ? {} : { provider: resource.provider.replace(/::[^:]*$/, `::${HERE}`) };
    return { ...scrubbed, ...provider };
  });
}

function scrubLeaf({ value, path }: Leaf, marks: Marks): unknown {
  if (isSecret(value)) return SECRET;
  if (isOwnObject(value)) return HERE;
  if (typeof value !== "string" || value === "") return value;
  if (OWN_KEYS.includes(path.at(-1) ?? "")) return HERE;
  const marked = marks.reduce((text, [own, mark]) => text.replaceAll(own, mark), value);
  return OWN.some((pattern) => pattern.test(marked)) ? HERE : marked;
}

function isSecret(value: unknown): boolean {
  return isRecord(value) && SIGNATURE in value;
}

/** A secret, or a map by ids of Azure, whose keys are this installation's own. */
function isOwnObject(value: unknown): boolean {
  return (
    isSecret(value) || (isRecord(value) && Object.keys(value).some((key) => /^\/subscriptions\//.test(key)))
  );
}

/**
 * A fixture's resources as if the earlier program had made what stands now: every placeholder is filled with what
 * the standing state has at the same path of the same resource, found by its urn or by an alias.
 */
export function fill(
  fixture: readonly StateResource[],
  standing: StackExport,
  marks: Marks,
): StateResource[] {
  const counterparts = new Map<string, StateResource>();
  for (const resource of standing.deployment.resources ?? []) {
    for (const urn of [...(resource.aliases ?? []), resource.urn]) counterparts.set(urn, resource);
  }
  const filled = fixture.map((resource) => {
    const counterpart = counterparts.get(resource.urn);
    return mapLeaves(resource, (leaf) => fillLeaf(leaf, counterpart, marks)) as StateResource;
  });
  const ids = new Map(filled.map(({ urn, id }) => [urn, id]));
  return filled.map((resource) => {
    if (resource.provider === undefined) return resource;
    const urn = resource.provider.replace(/::[^:]*$/, "");
    return { ...resource, provider: `${urn}::${ids.get(urn) ?? "unknown"}` };
  });
}

function fillLeaf({ value, path }: Leaf, counterpart: StateResource | undefined, marks: Marks): unknown {
  if (typeof value !== "string" || path[0] === "provider") return value;
  if (value === HERE || value === SECRET) return at(counterpart, path) ?? `unknown ${path.join(".")}`;
  return marks.reduce((text, [own, mark]) => text.replaceAll(mark, own), value);
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((part, key) => (isRecord(part) ? part[key] : undefined), value);
}

/** The standing state with other resources: what `pulumi stack import` takes. */
export function withResources(standing: StackExport, resources: readonly StateResource[]): StackExport {
  return { ...standing, deployment: { ...standing.deployment, resources } };
}

/** `Type name`, the short form of a urn that a person reads. */
export function shortName(urn: string): string {
  const [, , types = "", ...name] = urn.split("::");
  return `${types.split("$").at(-1)?.split(":").at(-1) ?? types} ${name.join("::")}`;
}
