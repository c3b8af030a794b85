import type * as pulumi from "@pulumi/pulumi";

/**
 * The plain value of an output that is known from the start, as a setting is. For what has to be looked at before
 * anything is made; it must not go into a resource, where it would no longer be a secret.
 */
export function plainOf<T>(output: pulumi.Output<T>): Promise<T> {
  // It exists on every output; the SDK leaves it out of its declarations.
  return (output as unknown as { promise(): Promise<T> }).promise();
}
