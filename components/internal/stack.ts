import * as pulumi from "@pulumi/pulumi";

/** What another stack of this project says, or that there is nothing to read. */
export type StackReading =
  | { readonly kind: "unknown-stack"; readonly stack: string }
  | { readonly kind: "no-resources"; readonly stack: string }
  | { readonly kind: "no-outputs"; readonly stack: string }
  | { readonly kind: "outputs"; readonly stack: string; readonly outputs: StackOutputs };

/** Outputs of a stack: plain ones as they are, secret ones as secret outputs of the engine. */
export type StackOutputs = Readonly<Record<string, unknown>>;

/** A stack as its backend names it: `organization/project/stack`. */
export function fullStackName(stack: string): string {
  return `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
}

/**
 * Reads the outputs of another stack before any resource is registered, so that what it says may decide
 * which resources exist. `StackReference` would not do: it fails the whole update where the stack does not
 * exist, and its values come too late to be plain.
 */
export async function readStack(name: string): Promise<StackReading> {
  const stack = fullStackName(name);
  let result: { readonly outputs?: Record<string, unknown>; readonly secretOutputNames?: readonly string[] };
  try {
    result = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {
      name: stack,
    })) as typeof result;
  } catch (error) {
    if (isUnknownStack(error)) return { kind: "unknown-stack", stack };
    throw unreadable(stack, error);
  }
  const outputs = result.outputs ?? {};
  if (Object.keys(outputs).length > 0) {
    return { kind: "outputs", stack, outputs: sealed(outputs, result.secretOutputNames ?? []) };
  }
  return { kind: (await hasResources(stack)) ? "no-outputs" : "no-resources", stack };
}

/**
 * A plain invoke hands secrets out in plain: they are wrapped again before anything else sees them. One that
 * could not be decrypted is left out: the engine puts an empty object in its place (pkg/backend/secrets.go),
 * which must never be taken for a credential. No secret of ours is an empty object.
 */
function sealed(outputs: Record<string, unknown>, secretNames: readonly string[]): StackOutputs {
  return Object.fromEntries(
    Object.entries(outputs)
      .filter(([key, value]) => !secretNames.includes(key) || !isEmpty(value))
      .map(([key, value]) => [key, secretNames.includes(key) ? pulumi.secret(value) : value]),
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value !== "object" ? value === undefined : value === null || Object.keys(value).length === 0;
}

/** Tells a stack that was never brought up, or was destroyed, from one whose first update failed half way. */
async function hasResources(stack: string): Promise<boolean> {
  let result: { readonly outputs?: Record<string, unknown> };
  try {
    result = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
      stackName: stack,
    })) as typeof result;
  } catch (error) {
    throw unreadable(stack, error);
  }
  return Object.keys(result.outputs ?? {}).length > 0;
}

function unreadable(stack: string, error: unknown): Error {
  return new Error(
    `stack ${stack} cannot be read: ${messageOf(error)}. Nothing was changed. See that the backend answers, that ` +
      `you may read the stack and that its state is whole: pulumi stack output --stack ${stack}`,
    { cause: error },
  );
}

/** The engine has no code for it, only these words (pkg/resource/deploy/builtins.go and backend/client.go). */
function isUnknownStack(error: unknown): boolean {
  return /unknown stack "/.test(messageOf(error));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
