import { fieldValue, resourceValue, type Placement } from "./downward";
import { HeldError, type PodObjects, type Reference } from "./objects";
import type { DownwardItem, KeyToPath, Pod, Volume } from "./types";

/** A service account token that a volume wants. */
export interface TokenWish {
  readonly volume: string;
  readonly path: string;
  readonly audience?: string;
  readonly expirationSeconds: number;
}

/** Where the contents of a pod's volumes come from. */
export interface VolumeSources {
  readonly pod: Pod;
  readonly placement: Placement;
  readonly objects: PodObjects;
  /** The token for a wish, already requested. */
  token(wish: TokenWish): string;
}

/** An hour, as the API server takes it when nothing is said. */
const DEFAULT_EXPIRATION_SECONDS = 3600;

/** The tokens that a volume wants. */
export function tokenWishes(volume: Volume): TokenWish[] {
  return (volume.projected?.sources ?? []).flatMap(({ serviceAccountToken: token }) =>
    token === undefined
      ? []
      : [
          {
            volume: volume.name,
            path: token.path,
            ...(token.audience === undefined || token.audience === "" ? {} : { audience: token.audience }),
            expirationSeconds: token.expirationSeconds ?? DEFAULT_EXPIRATION_SECONDS,
          },
        ],
  );
}

/** The files of a volume by their path in it; undefined for a folder that belongs to the pod (emptyDir). */
export function volumeFiles(volume: Volume, sources: VolumeSources): Map<string, Buffer> | undefined {
  if (volume.emptyDir !== undefined) return undefined;
  const files = new Map<string, Buffer>();
  const addAll = (other: ReadonlyMap<string, Buffer>) => {
    for (const [path, contents] of other) files.set(path, contents);
  };
  if (volume.secret !== undefined) {
    const { secretName = "", ...rest } = volume.secret;
    addAll(objectFiles(volume, { kind: "Secret", name: secretName }, rest, sources.objects));
  } else if (volume.configMap !== undefined) {
    const { name, ...rest } = volume.configMap;
    addAll(objectFiles(volume, { kind: "ConfigMap", name }, rest, sources.objects));
  } else if (volume.downwardAPI !== undefined) {
    addAll(downwardFiles(volume.downwardAPI.items, sources));
  } else if (volume.projected !== undefined) {
    for (const source of volume.projected.sources ?? []) {
      if (source.secret !== undefined)
        addAll(
          objectFiles(volume, { kind: "Secret", name: source.secret.name }, source.secret, sources.objects),
        );
      if (source.configMap !== undefined)
        addAll(
          objectFiles(
            volume,
            { kind: "ConfigMap", name: source.configMap.name },
            source.configMap,
            sources.objects,
          ),
        );
      if (source.downwardAPI !== undefined) addAll(downwardFiles(source.downwardAPI.items, sources));
      if (source.clusterTrustBundle !== undefined && source.clusterTrustBundle.optional !== true)
        throw unmounted(volume, "cluster trust bundles are not known to the sandbox's node agent");
    }
    for (const wish of tokenWishes(volume)) files.set(wish.path, Buffer.from(sources.token(wish)));
  } else {
    const kind = Object.keys(volume).find((key) => key !== "name") ?? "none";
    throw unmounted(volume, `volumes of type ${kind} are not known to the sandbox's node agent`);
  }
  return files;
}

function objectFiles(
  volume: Volume,
  reference: Reference,
  rules: { readonly optional?: boolean; readonly items?: readonly KeyToPath[] },
  objects: PodObjects,
): ReadonlyMap<string, Buffer> {
  const contents = objects.get(reference);
  const what = `${reference.kind.toLowerCase()} "${reference.name}"`;
  if (contents === undefined) {
    if (rules.optional === true) return new Map();
    throw unmounted(volume, `${what} not found`);
  }
  if (rules.items === undefined) return contents;
  const chosen = new Map<string, Buffer>();
  for (const { key, path } of rules.items) {
    const value = contents.get(key);
    if (value !== undefined) chosen.set(path, value);
    else if (rules.optional !== true) throw unmounted(volume, `${what} has no key "${key}"`);
  }
  return chosen;
}

function downwardFiles(
  items: readonly DownwardItem[] | undefined,
  { pod, placement }: VolumeSources,
): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const item of items ?? []) {
    if (item.fieldRef !== undefined)
      files.set(item.path, Buffer.from(fieldValue(item.fieldRef, pod, placement)));
    const resource = item.resourceFieldRef;
    const container = pod.spec.containers.find((other) => other.name === resource?.containerName);
    if (resource !== undefined && container !== undefined)
      files.set(item.path, Buffer.from(resourceValue(resource, container, placement)));
  }
  return files;
}

function unmounted(volume: Volume, message: string): HeldError {
  return new HeldError("FailedMount", `MountVolume.SetUp failed for volume "${volume.name}" : ${message}`);
}
