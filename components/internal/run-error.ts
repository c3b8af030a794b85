import * as pulumi from "@pulumi/pulumi";
import { FaultError } from "../../istio/rules/fault";

/**
 * Runs a program whose errors are meant for the user: the engine prints them without the stack trace that would
 * bury them. Faults of the program itself (`TypeError` and its like) keep the part of theirs that is ours.
 */
export async function forUser<T>(program: () => T | Promise<T>): Promise<T> {
  try {
    return await program();
  } catch (error) {
    throw error instanceof Error ? readable(error) : error;
  }
}

/** The same for a function within an `apply`, whose error passes by the program. */
export function forUserSync<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof Error ? readable(error) : error;
  }
}

/**
 * The SDK prints an error through `util.inspect`, also one whose trace it hides. Node 20 never comes to an end with
 * a frame in `node_modules/@pulumi/resource.ts`, where each program starts: it fills seconds and gigabytes.
 */
function readable(error: Error): Error {
  const meant =
    error.constructor === Error || error instanceof FaultError || pulumi.RunError.isInstance(error);
  const shown = meant ? new pulumi.RunError(error.message) : error;
  const frames = (error.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line) && !line.includes("node_modules"));
  shown.stack = [`${shown.name}: ${shown.message}`, ...(meant ? [] : frames)].join("\n");
  return shown;
}
