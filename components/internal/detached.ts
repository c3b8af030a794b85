import * as pulumi from "@pulumi/pulumi";

/**
 * The same value, unknown while it is unknown, without the resources that it came from: for where a dependency
 * is said in another place and this one would mislead the engine.
 */
export function detached<T>(output: pulumi.Output<T>): pulumi.Output<T> {
  // Both exist on every output; the SDK leaves them out of its declarations.
  const inner = output as unknown as { isKnown: Promise<boolean>; promise(): Promise<T> };
  const value = inner.isKnown.then((known) => (known ? inner.promise() : (pulumi.unknown as unknown as T)));
  return pulumi.output(value) as pulumi.Output<T>;
}
