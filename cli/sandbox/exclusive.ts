import { withLock } from "../../sandbox/processes";
import type { SandboxContext } from "./context";

/** Runs a command that changes a sandbox, unless another one is at it: the second would end what the first started. */
export function exclusively<T>(context: SandboxContext, work: () => Promise<T>): Promise<T> {
  const { root } = context.home;
  return withLock(`home ${root}`, work, {
    onWait: () => {
      throw new Error(
        `Another mesh sandbox command is at work on ${root}. Wait for it, or end it with Ctrl-C.`,
      );
    },
  });
}
