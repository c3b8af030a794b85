import { at, isAbsent, isFields, items, type Fields, type Item } from "../fields";

/** A pod as an object describes it. */
export interface PodTemplate {
  /** Where its specification stands. */
  readonly setting: string;
  readonly spec: Fields;
}

/** Kinds of objects that make pods, with the place of the pod's specification. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  Pod: ["spec"],
  CronJob: ["spec", "jobTemplate", "spec", "template", "spec"],
  DaemonSet: ["spec", "template", "spec"],
  Deployment: ["spec", "template", "spec"],
  Job: ["spec", "template", "spec"],
  ReplicaSet: ["spec", "template", "spec"],
  StatefulSet: ["spec", "template", "spec"],
};

/** The kinds of objects that make pods. */
export const POD_KINDS: readonly string[] = Object.keys(PLACES);

/** The pod that an object makes; undefined where it makes none, or which is not known yet. */
export function podTemplate(kind: string, object: unknown): PodTemplate | undefined {
  const place = PLACES[kind];
  if (place === undefined) return undefined;
  const spec = at(object, ...place);
  return isFields(spec) ? { setting: place.join("."), spec } : undefined;
}

/** Every container of a pod, the initial ones too. */
export function containers({ setting, spec }: PodTemplate): readonly Item[] {
  return ["containers", "initContainers", "ephemeralContainers"].flatMap((part) =>
    items(`${setting}.${part}`, spec[part]),
  );
}

/**
 * Whether istiod's webhook fills the container in. Such a one takes over the security context, the resources and the
 * probes of the injection template wherever it says nothing itself.
 */
export function isInjected(container: Fields): boolean {
  return container["image"] === "auto";
}

/** Whether the pod runs on Windows, which knows neither user ids nor capabilities. */
export function isWindows({ spec }: PodTemplate): boolean {
  return at(spec, "os", "name") === "windows";
}

/** What a container's security context says, else the pod's; undefined where neither does. */
export function security({ spec }: PodTemplate, container: Fields, key: string): unknown {
  const own = at(container, "securityContext", key);
  const said = isAbsent(own) ? at(spec, "securityContext", key) : own;
  return isAbsent(said) ? undefined : said;
}
