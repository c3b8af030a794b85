import { fieldValue, resourceValue, type Placement } from "./downward";
import { HeldError, type PodObjects, type Reference } from "./objects";
import { namespaceOf, type Container, type EnvVar, type KeyRef, type Pod } from "./types";

/** Where a container's environment comes from. */
export interface EnvironmentSources {
  readonly pod: Pod;
  readonly container: Container;
  readonly placement: Placement;
  readonly objects: PodObjects;
}

/** The environment of a container as the kubelet makes it: envFrom, then env, with `$(NAME)` expanded. */
export function containerEnvironment(sources: EnvironmentSources): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const from of sources.container.envFrom ?? []) {
    const [reference, optional] =
      from.secretRef === undefined
        ? [{ kind: "ConfigMap", name: from.configMapRef?.name ?? "" } as const, from.configMapRef?.optional]
        : [{ kind: "Secret", name: from.secretRef.name } as const, from.secretRef.optional];
    const contents = sources.objects.get(reference);
    if (contents === undefined && optional !== true) throw absent(reference);
    for (const [key, value] of contents ?? [])
      environment[`${from.prefix ?? ""}${key}`] = value.toString("utf8");
  }
  for (const variable of sources.container.env ?? []) {
    const value = valueOf(variable, environment, sources);
    if (value !== undefined) environment[variable.name] = value;
  }
  return environment;
}

/** Replaces `$(NAME)` by the variable's value; an unknown name stays, and `$$(NAME)` is a literal. */
export function expand(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(\$|\(([^()]*)\))/g, (whole, inner: string, name: string | undefined) => {
    if (inner === "$") return "$";
    return (name === undefined ? undefined : environment[name]) ?? whole;
  });
}

function valueOf(
  variable: EnvVar,
  environment: Readonly<Record<string, string>>,
  { pod, container, placement, objects }: EnvironmentSources,
): string | undefined {
  const from = variable.valueFrom;
  if (from === undefined) return expand(variable.value ?? "", environment);
  if (from.fieldRef !== undefined) return fieldValue(from.fieldRef, pod, placement);
  if (from.resourceFieldRef !== undefined) {
    const name = from.resourceFieldRef.containerName;
    const of = name === undefined ? container : pod.spec.containers.find((other) => other.name === name);
    return resourceValue(from.resourceFieldRef, of ?? container, placement);
  }
  if (from.secretKeyRef !== undefined) return keyValue("Secret", from.secretKeyRef, objects, pod);
  if (from.configMapKeyRef !== undefined) return keyValue("ConfigMap", from.configMapKeyRef, objects, pod);
  throw new HeldError(
    "CreateContainerConfigError",
    `the source of variable ${variable.name} is not known to the sandbox's node agent`,
  );
}

function keyValue(kind: Reference["kind"], ref: KeyRef, objects: PodObjects, pod: Pod): string | undefined {
  const contents = objects.get({ kind, name: ref.name });
  const value = contents?.get(ref.key);
  if (value !== undefined) return value.toString("utf8");
  if (ref.optional === true) return undefined;
  if (contents === undefined) throw absent({ kind, name: ref.name });
  throw new HeldError(
    "CreateContainerConfigError",
    `couldn't find key ${ref.key} in ${kind} ${namespaceOf(pod)}/${ref.name}`,
  );
}

function absent({ kind, name }: Reference): HeldError {
  return new HeldError("CreateContainerConfigError", `${kind.toLowerCase()} "${name}" not found`);
}
