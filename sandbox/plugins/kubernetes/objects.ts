import { KubeError, UnreachableError, isNotFound, isUnknownKind, type KubeObject } from "../../kube";
import {
  containsUnknown,
  own,
  PartialFailure,
  UNKNOWN,
  type CheckRequest,
  type CheckResult,
  type CreateRequest,
  type CreateResult,
  type DeleteRequest,
  type DiffRequest,
  type DiffResult,
  type Failure,
  type PlainMap,
  type ReadRequest,
  type ReadResult,
  type UpdateRequest,
  type UpdateResult,
  type ValueMap,
} from "../wire";
import { applyObject, createObject, FIELD_MANAGER, fieldManager, isAlreadyThere } from "./apply";
import { describe } from "./blockers";
import { diffObject } from "./diff";
import { objectType, type ObjectType } from "./kinds";
import { objectId, parseId, withName } from "./naming";
import { inputsOf, normalizeInputs, outputsOf, prune } from "./normalize";
import { annotation, asMap, metadataOf, toObject, toPlain, without } from "./plain";
import { givenUp, requireCluster } from "./reach";
import type { Session } from "./session";
import { isTokenSecret, waitForToken, waitUntilGone, WaitError } from "./wait";

const DEFAULT_TIMEOUT_SECONDS = 600;
/** A controller that runs fills in a token within a second; the official plugin gives up after five. */
const TOKEN_TIMEOUT_SECONDS = 30;

/** Objects of the API server: built-in kinds and custom resources. */
export class Objects {
  constructor(private readonly session: Session) {}

  async check(r: CheckRequest): Promise<CheckResult> {
    const type = objectType(r.type);
    const failures = checkInputs(type, r.news);
    const named = withName(normalizeInputs(type, r.news), r.olds, r.name, r.randomSeed);
    const metadata = metadataOf(named);
    if (own(metadata, "namespace") !== undefined || containsUnknown(own(named, "metadata")))
      return { inputs: named, failures };
    if (!(await this.session.isNamespaced(type))) return { inputs: named, failures };
    const { namespace } = this.session.settings;
    return { inputs: { ...named, metadata: { ...metadata, namespace } }, failures };
  }

  diff(r: DiffRequest): DiffResult {
    return diffObject(objectType(r.type), r, this.session.settings);
  }

  async create(r: CreateRequest): Promise<CreateResult> {
    const type = objectType(r.type);
    const manager = fieldManager(r.inputs);
    if (r.preview) return { id: "", outputs: (await this.previewCreation(type, r, manager)) ?? r.inputs };
    await requireCluster(this.session);
    const object = await this.scoped(type, r.inputs);
    const created = await createObject(this.session, object, { manager, preview: false, signal: r.signal });
    const outputs = await this.settled(type, created, manager, r);
    return { id: objectId(metadataOf(toPlain(created))), outputs };
  }

  async read(r: ReadRequest): Promise<ReadResult | undefined> {
    const type = objectType(r.type);
    if (await givenUp(this.session)) return undefined;
    const live = await this.session.kube.get({ ...type, ...parseId(r.id) });
    if (live === undefined) return undefined;
    const plain = toPlain(live);
    const olds = r.inputs ?? {};
    const inputs =
      Object.keys(olds).length === 0
        ? inputsOf(plain)
        : normalizeInputs(type, asMap(prune(plain, normalizeInputs(type, olds))));
    const manager = fieldManager(inputs, r.outputs);
    return { id: r.id, outputs: checkpoint(type, live, manager), inputs };
  }

  async update(r: UpdateRequest): Promise<UpdateResult> {
    const type = objectType(r.type);
    if (r.preview && (containsUnknown(r.news) || (await this.unknownHere(type)))) return { outputs: r.news };
    await requireCluster(this.session);
    const news = await this.scoped(type, normalizeInputs(type, r.news));
    const manager = fieldManager(r.news, r.oldOutputs);
    const ref = { ...type, ...parseId(r.id) };
    const live = await this.session.kube.get(ref);
    if (live === undefined)
      throw new Error(
        `${describe(ref)} is gone from the cluster: run \`pulumi refresh\`, then update again.`,
      );
    try {
      const o = { manager, preview: r.preview, signal: r.signal };
      const applied = await applyObject(this.session, live, news, o);
      if (r.preview) return { outputs: checkpoint(type, applied, manager) };
      return { outputs: await this.settled(type, applied, manager, r) };
    } catch (error) {
      if (r.preview && isForbidden(error)) return { outputs: r.news };
      throw error;
    }
  }

  async delete(r: DeleteRequest): Promise<void> {
    const type = objectType(r.type);
    if (await givenUp(this.session)) return;
    const ref = { ...type, ...parseId(r.id) };
    // A custom resource whose definition is gone is gone with it.
    const live = await this.session.kube.get(ref);
    if (live === undefined) return;
    await this.session.kube
      .delete(ref, { propagationPolicy: propagation(r.oldInputs), signal: r.signal })
      .catch((error: unknown) => {
        // A namespace whose deletion is under way answers with a conflict: the wait below is what is left.
        if (!(error instanceof KubeError && error.status === 409)) throw error;
      });
    if (type.kind === "Namespace" && annotation(r.oldInputs, "pulumi.com/skipAwait") === "true") return;
    await waitUntilGone(this.session.kube, ref, live.metadata.uid, limits(r, r.oldInputs));
  }

  // The kind is missing or nobody can be asked: then a preview shows the inputs.
  private async unknownHere(type: ObjectType): Promise<boolean> {
    if ((await this.session.outage()) !== undefined) return true;
    return (await this.session.find(type)) === undefined;
  }

  // What a real creation would give; undefined where the server cannot say yet: then the inputs are shown.
  private async previewCreation(
    type: ObjectType,
    r: CreateRequest,
    manager: string,
  ): Promise<ValueMap | undefined> {
    if (containsUnknown(r.inputs)) return undefined;
    try {
      const object = await this.scoped(type, r.inputs);
      const made = await createObject(this.session, object, { manager, preview: true, signal: r.signal });
      return previewOf(checkpoint(type, made, manager), isTokenSecret(made));
    } catch (error) {
      // Not there yet: the namespace, the kind, or the whole cluster; or the old object of a replacement still is.
      if (isNotFound(error) || isUnknownKind(error) || error instanceof UnreachableError) return undefined;
      if (isAlreadyThere(error) || isForbidden(error) || refusesDryRun(error)) return undefined;
      throw error;
    }
  }

  // Check may have put a namespace on a kind of which only now is known that it has none.
  private async scoped(type: ObjectType, inputs: PlainMap): Promise<KubeObject> {
    if (await this.session.isNamespaced(type)) return toObject(inputs);
    return toObject({ ...inputs, metadata: without(metadataOf(inputs), "namespace") });
  }

  private async settled(
    type: ObjectType,
    object: KubeObject,
    manager: string,
    r: { timeoutSeconds: number; signal: AbortSignal },
  ): Promise<ValueMap> {
    if (!isTokenSecret(object) || annotation(toPlain(object), "pulumi.com/skipAwait") === "true")
      return checkpoint(type, object, manager);
    try {
      const wait = limits(r, toPlain(object), TOKEN_TIMEOUT_SECONDS);
      return checkpoint(type, await waitForToken(this.session.kube, object, wait), manager);
    } catch (error) {
      if (!(error instanceof WaitError) || error.last === undefined) throw error;
      const id = objectId(metadataOf(toPlain(object)));
      throw new PartialFailure(id, checkpoint(type, error.last, manager), [error.message]);
    }
  }
}

/** The dotted output paths of a kind that are secret whatever the inputs were. */
export function secretObjectOutputs(type: string): readonly string[] {
  // A custom resource of that kind counts as well, as with the official plugin.
  return type.endsWith(":Secret") ? ["data", "stringData"] : [];
}

function checkInputs(type: ObjectType, news: PlainMap): Failure[] {
  const failures: Failure[] = [];
  for (const key of ["apiVersion", "kind"] as const) {
    const said = own(news, key);
    if (typeof said === "string" && said !== type[key])
      failures.push({ property: key, reason: `is ${said}, but the resource's type says ${type[key]}.` });
  }
  if (own(metadataOf(news), "generateName") !== undefined && own(metadataOf(news), "name") === undefined)
    failures.push({
      property: "metadata.generateName",
      reason: "is not possible with server-side apply: set metadata.name, or neither for a made-up name.",
    });
  for (const key of ["pulumi.com/waitFor", "pulumi.com/replaceUnready"])
    if (annotation(news, key) !== "")
      failures.push({
        property: `metadata.annotations["${key}"]`,
        reason: "the sandbox's kubernetes plugin does not serve this annotation.",
      });
  return failures;
}

function checkpoint(type: ObjectType, live: KubeObject, manager: string): ValueMap {
  return { ...outputsOf(toPlain(live)), __initialApiVersion: type.apiVersion, [FIELD_MANAGER]: manager };
}

// A dry run makes up what only a real creation knows.
function previewOf(outputs: ValueMap, tokenSecret: boolean): ValueMap {
  const made = ["uid", "resourceVersion", "creationTimestamp", "generation"];
  const metadata = Object.entries(asMap(outputs.metadata as PlainMap)).map(([key, value]) =>
    made.includes(key) ? [key, UNKNOWN] : [key, value],
  );
  return {
    ...without(outputs as PlainMap, "status"),
    metadata: Object.fromEntries(metadata) as PlainMap,
    ...(tokenSecret ? { data: UNKNOWN } : {}),
  };
}

function propagation(inputs: PlainMap): "Foreground" | "Background" | "Orphan" {
  switch (annotation(inputs, "pulumi.com/deletionPropagationPolicy").toLowerCase()) {
    case "orphan":
      return "Orphan";
    case "background":
      return "Background";
    default:
      return "Foreground";
  }
}

function limits(
  r: { timeoutSeconds: number; signal: AbortSignal },
  inputs: PlainMap,
  fallback = DEFAULT_TIMEOUT_SECONDS,
): { timeoutMs: number; signal: AbortSignal } {
  const annotated = Number(annotation(inputs, "pulumi.com/timeoutSeconds")) || 0;
  return { timeoutMs: (r.timeoutSeconds || annotated || fallback) * 1000, signal: r.signal };
}

function isForbidden(error: unknown): boolean {
  return error instanceof KubeError && error.status === 403;
}

function refusesDryRun(error: unknown): boolean {
  return (
    error instanceof KubeError && error.status === 400 && error.message.includes("does not support dry run")
  );
}
