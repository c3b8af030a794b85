import { createHash } from "node:crypto";
import { checkFields, required, text, type Fields } from "../../arm";
import { isUnknown, type CheckRequest, type Failure, type PlainMap } from "../wire";
import { sdkFields } from "./shapes";
import type { Token } from "./tokens";

/** Marks a resource whose name was made up: only such a one can stand beside its replacement. */
export const CREATE_BEFORE_DELETE = "__createBeforeDelete";

/** Where a location comes from that the program did not give. */
export interface Defaults {
  /** The provider's own configuration. */
  readonly location?: string;
  /** Location of a group; undefined when it is not there. */
  groupLocation(name: string): Promise<string | undefined>;
}

/** The inputs with names, location and API version filled in, in the order in which azure-native looks for them. */
export async function withDefaults(
  token: Token,
  request: CheckRequest,
  defaults: Defaults,
): Promise<PlainMap> {
  const inputs: PlainMap = Object.fromEntries(
    Object.entries(request.news).filter(([, value]) => value !== null),
  );
  const { olds = {} } = request;
  const name = token.parameters.at(-1) ?? "";
  if (inputs[name] === undefined) {
    const old = olds[name];
    const marked = olds[CREATE_BEFORE_DELETE] === true;
    inputs[name] = old ?? autoName(token, request);
    if (old === undefined ? token.autoName !== "copy" : marked) inputs[CREATE_BEFORE_DELETE] = true;
  }
  if (token.arm.top["location"] && inputs["location"] === undefined) {
    const group = inputs["resourceGroupName"];
    const own = olds["location"] ?? defaults.location;
    const location =
      own ??
      (isUnknown(group) ? group : await defaults.groupLocation(typeof group === "string" ? group : ""));
    if (location !== undefined) inputs["location"] = location;
  }
  inputs["azureApiVersion"] ??= token.apiVersion;
  return inputs;
}

function autoName(token: Token, request: CheckRequest): string {
  if (token.autoName === "copy") return request.name;
  const hex = createHash("sha256").update(request.randomSeed).update(request.name).digest("hex");
  if (token.autoName === "random") return `${request.name}${hex.slice(0, 8)}`;
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}

/** The inputs as the program knows them. */
export function unmarked(inputs: PlainMap): PlainMap {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => name !== CREATE_BEFORE_DELETE));
}

/** Everything wrong with the inputs, with nested paths. */
export function failuresOf(token: Token, inputs: PlainMap): Failure[] {
  const faults = checkFields(inputFields(token), unmarked(inputs), "", {
    sdk: true,
    skip: (value) => isUnknown(value as never),
  });
  return faults.map(({ path, kind, reason }) => {
    if (kind === "unknown")
      return {
        property: path,
        reason: `${reason}: the azure-native stand-in has no such input of ${token.token}`,
      };
    const location =
      path === "location"
        ? ". Either set it explicitly or configure it with 'pulumi config set azure-native:location <value>'."
        : "";
    return { property: path, reason: `${reason}${location}` };
  });
}

/** Every input that a type takes. What only the service writes is as unknown as what nobody knows. */
function inputFields(token: Token): Fields {
  const own = Object.entries(sdkFields(token)).filter(([, shape]) => !shape.readOnly);
  return {
    ...Object.fromEntries(own),
    azureApiVersion: text(),
    ...Object.fromEntries(token.parameters.map((name) => [name, required(text())])),
  };
}
