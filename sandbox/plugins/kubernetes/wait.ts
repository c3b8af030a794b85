import { pause, type KubeClient, type KubeObject, type ObjectRef } from "../../kube";
import { allBlockers, describe } from "./blockers";

const FIRST_LOOK_MS = 50;
const SLOWEST_LOOK_MS = 1000;

/** A wait's limits. */
export interface WaitLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The object did not get where it should within the limit, or the wait was cancelled. */
export class WaitError extends Error {
  override readonly name = "WaitError";

  constructor(
    message: string,
    /** The object as it was seen last. */
    readonly last: KubeObject | undefined,
  ) {
    super(message);
  }
}

/** Looks at an object, ever more slowly, until the test holds. */
export async function waitUntil(
  kube: KubeClient,
  ref: ObjectRef,
  limits: WaitLimits,
  done: (live: KubeObject | undefined) => boolean,
  explain: (last: KubeObject | undefined) => Promise<string> | string,
): Promise<KubeObject | undefined> {
  const deadline = Date.now() + limits.timeoutMs;
  const ended = (): boolean => limits.signal?.aborted === true;
  for (let look = FIRST_LOOK_MS; ; look = Math.min(look * 1.5, SLOWEST_LOOK_MS)) {
    const live = await kube.get(ref);
    if (done(live)) return live;
    if (ended() || Date.now() >= deadline) {
      const why = ended() ? "the wait was cancelled" : `it took longer than ${limits.timeoutMs / 1000} s`;
      throw new WaitError(`${await explain(live)} (${why})`, live);
    }
    await pause(Math.min(look, Math.max(deadline - Date.now(), 1)), limits.signal).catch(() => undefined);
  }
}

/** Waits until an object is gone; another of the same name with another uid counts as gone. */
export async function waitUntilGone(
  kube: KubeClient,
  ref: ObjectRef,
  uid: string | undefined,
  limits: WaitLimits,
): Promise<void> {
  await waitUntil(
    kube,
    ref,
    limits,
    (live) => live === undefined || (uid !== undefined && live.metadata.uid !== uid),
    async (last) =>
      `${describe(ref)} was not deleted: ${last === undefined ? "it is gone" : await allBlockers(kube, last)}`,
  );
}

const TOKEN_TYPE = "kubernetes.io/service-account-token";
const ACCOUNT_ANNOTATION = "kubernetes.io/service-account.name";

/** Whether the data of the object is filled in by the cluster. */
export function isTokenSecret(object: KubeObject): boolean {
  return object.apiVersion === "v1" && object.kind === "Secret" && object.type === TOKEN_TYPE;
}

/** Waits until the controller manager has put a token into a service account's Secret. */
export async function waitForToken(
  kube: KubeClient,
  secret: KubeObject,
  limits: WaitLimits,
): Promise<KubeObject> {
  const { namespace, name } = secret.metadata;
  const ref: ObjectRef = { apiVersion: "v1", kind: "Secret", namespace, name };
  const filled = await waitUntil(
    kube,
    ref,
    limits,
    // The controller deletes the Secret of an account that does not exist: waiting on would be in vain.
    (live) => live === undefined || Object.keys((live.data as object | undefined) ?? {}).length > 0,
    (last) => explainToken(kube, ref, last),
  );
  if (filled === undefined) throw new WaitError(await explainToken(kube, ref, secret), undefined);
  return filled;
}

async function explainToken(
  kube: KubeClient,
  ref: ObjectRef,
  secret: KubeObject | undefined,
): Promise<string> {
  const account = secret?.metadata.annotations?.[ACCOUNT_ANNOTATION];
  if (account === undefined)
    return `${describe(ref)} got no token: it names no service account; set the annotation ${ACCOUNT_ANNOTATION}`;
  const owner: ObjectRef = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    namespace: ref.namespace,
    name: account,
  };
  const exists = (await kube.get(owner)) !== undefined;
  return exists
    ? `${describe(ref)} got no token for ${describe(owner)}: is the controller manager running?`
    : `${describe(ref)} got no token: ${describe(owner)} does not exist; create it first`;
}
