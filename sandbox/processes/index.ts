export {
  endProcess,
  identityOf,
  isAlive,
  signalProcess,
  waitUntilEnded,
  type ProcessIdentity,
} from "./identity";
export { type ProcessRecord } from "./records";
export { ProcessRegistry, type ExitStatus, type ManagedProcess, type SpawnOptions } from "./registry";
export { withLock, type LockOptions } from "./mutex";
export { isPortFree, listenerOf, listensOn, type Endpoint } from "./ports";
