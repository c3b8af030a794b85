/** ARM ids: `/subscriptions/S/resourceGroups/G/providers/Namespace/type/name[/type/name…]`, compared without case. */

/** The parts of an ARM id. */
export interface ArmId {
  readonly id: string;
  /** Resource type, e.g. `Microsoft.Network/virtualNetworks/subnets`. */
  readonly type: string;
  readonly name: string;
  readonly subscriptionId: string;
  readonly resourceGroup?: string;
  /** Id of what this one lives in: the parent resource, the resource group, or an extension's scope. */
  readonly parent?: string;
}

export const GROUP_TYPE = "Microsoft.Resources/resourceGroups";
/** Types that hang on any other resource, by namespace. */
const EXTENSIONS = ["microsoft.authorization", "microsoft.insights"];

/** Key under which a resource is kept: Azure ids do not care about case. */
export const keyOf = (id: string): string => id.replace(/\/+$/, "").toLowerCase();
export const sameId = (a: string, b: string): boolean => keyOf(a) === keyOf(b);
/** Whether `id` is `ancestor` or lies below it. */
export const isWithin = (id: string, ancestor: string): boolean =>
  sameId(id, ancestor) || keyOf(id).startsWith(`${keyOf(ancestor)}/`);

export const groupId = (subscriptionId: string, name: string): string =>
  `/subscriptions/${subscriptionId}/resourceGroups/${name}`;

/** Reads an id; undefined when the path names a collection or an action or is no ARM id at all. */
export function parseId(path: string): ArmId | undefined {
  const segments = path.split("/").filter((segment) => segment !== "");
  if (segments[0]?.toLowerCase() !== "subscriptions" || segments[1] === undefined) return undefined;
  const subscriptionId = segments[1];
  const id = `/${segments.join("/")}`;
  const provider = segments.findLastIndex((segment) => segment.toLowerCase() === "providers");
  if (provider < 0) {
    if (segments.length !== 4 || segments[2]?.toLowerCase() !== "resourcegroups") return undefined;
    return {
      id,
      type: GROUP_TYPE,
      name: segments[3] ?? "",
      subscriptionId,
      resourceGroup: segments[3] ?? "",
    };
  }
  const namespace = segments[provider + 1];
  const rest = segments.slice(provider + 2);
  if (namespace === undefined || rest.length === 0 || rest.length % 2 !== 0) return undefined;
  const types = rest.filter((_, index) => index % 2 === 0);
  const scope = `/${segments.slice(0, provider).join("/")}`;
  const nested = rest.length > 2;
  const group = segments[2]?.toLowerCase() === "resourcegroups" ? segments[3] : undefined;
  return {
    id,
    type: [namespace, ...types].join("/"),
    name: rest.at(-1) ?? "",
    subscriptionId,
    ...(group === undefined ? {} : { resourceGroup: group }),
    parent: nested ? `/${segments.slice(0, -2).join("/")}` : scope,
  };
}

/** Whether a type is an extension of whatever its scope names. */
export const isExtension = (type: string): boolean =>
  EXTENSIONS.includes((type.split("/")[0] ?? "").toLowerCase());

/** Name of a resource's group, for sentences. */
export const groupOf = (id: string): string => parseId(id)?.resourceGroup ?? "";
/** Last name in an id. */
export const nameOf = (id: string): string => parseId(id)?.name ?? id;
