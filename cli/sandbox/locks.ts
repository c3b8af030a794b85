import { rmSync } from "node:fs";
import { explainLock, holderOf, locksOf } from "../repair/locks";
import { thisMachine } from "../repair/machine";
import { tornSidecars } from "../repair/sidecars";
import type { SandboxContext } from "./context";
import { stackStates } from "./standing";

/**
 * Gives back the stack locks of Pulumi commands that were killed: the file backend keeps a lock as a file with the
 * holder's pid, and the next update is refused until somebody says `pulumi cancel`. A lock whose holder runs, in the
 * sandbox's shell perhaps, is left alone, and is an error that says who it is. With the lock goes what the kill cut off
 * beside the state.
 */
export async function releaseDeadLocks(context: SandboxContext): Promise<void> {
  const machine = thisMachine();
  // Stacks that left the table are destroyed too.
  const { global, regions } = context.stacks;
  for (const stack of new Set([global, ...regions, ...stackStates(context.home).keys()])) {
    const locks = locksOf(context.home.backend, stack);
    // A sandbox never leaves its machine, whose name may have changed since the lock was taken.
    const alive = locks.filter(
      (lock) => holderOf({ ...lock, hostname: machine.hostname }, machine) === "alive",
    );
    if (alive.length > 0) throw new Error(alive.map((lock) => explainLock(stack, lock, "alive")).join("\n"));
    for (const file of tornSidecars(context.home.backend, stack)) rmSync(file, { force: true });
    if (locks.length > 0) await context.workspace.cancel(stack);
  }
}
