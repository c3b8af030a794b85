import type { StateBackend } from "./backend";
import type { Repair, RepairStack } from "./finding";
import { explainLock, holderOf, locksIn, locksOf } from "./locks";
import { thisMachine } from "./machine";

/**
 * The locks that killed commands left on a stack.
 *
 * @param backend where it is no folder, the engine's own refusal is all that is known.
 * @throws when one of a process that runs, or that nobody here can look at, holds the stack: while an update runs its
 *   operations look interrupted, and nothing may be said of them, let alone done.
 */
export function findDeadLocks(stack: RepairStack, { folder, project }: StateBackend): readonly Repair[] {
  if (folder === undefined) return [];
  const machine = thisMachine();
  const held = locksOf(folder, stack.name, project).map((lock) => ({
    lock,
    holder: holderOf(lock, machine),
  }));
  const refusing = held.filter(({ holder }) => holder !== "dead");
  if (refusing.length > 0) {
    throw new Error(refusing.map(({ lock, holder }) => explainLock(stack.name, lock, holder)).join("\n"));
  }
  return held.map(({ lock }, index): Repair => ({
    finding: {
      kind: "dead-lock",
      what: `Lock of process ${lock.pid}`,
      cause: `${lock.username}@${lock.hostname} took it at ${lock.timestamp}, and the process has ended: it was killed`,
      fix: "give it back, as pulumi cancel does",
    },
    mend: async () => {
      // One command gives back all locks of a stack.
      if (index === 0) await stack.pulumi(["cancel", "--yes"]);
      return "given back";
    },
  }));
}

/** Adds to an error of the engine about a lock who holds it and what to do. */
export function withLocksExplained(stack: string, error: unknown): Error {
  const known = error instanceof Error ? error : new Error(String(error));
  const locks = locksIn(known.message);
  if (locks.length === 0) {
    if (!/another update is currently in progress/i.test(known.message)) return known;
    const words =
      `An update of stack ${stack} is under way, says the backend, which does not say whose. Wait for it, or end it ` +
      `in order where it runs; only if it has ended: pulumi cancel --yes --stack ${stack}`;
    return new Error(`${known.message}\n${words}`, { cause: error });
  }
  const machine = thisMachine();
  const words = locks.map((lock) => explainLock(stack, lock, holderOf(lock, machine)));
  return new Error([known.message, ...words].join("\n"), { cause: error });
}
