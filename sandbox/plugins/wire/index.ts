/** What every stand-in plugin shares: the engine's protocol with its secrets, unknowns and interruptions. */
export { toValue } from "./codec";
export { diffInputs } from "./diff";
export { logicalProvider } from "./logical";
export type { InputField, LogicalResource } from "./logical";
export { PartialFailure, Unimplemented } from "./provider";
export type {
  CheckRequest,
  CheckResult,
  CreateRequest,
  CreateResult,
  DeleteRequest,
  DiffKind,
  DiffRequest,
  DiffResult,
  Failure,
  InvokeResult,
  Provider,
  ReadRequest,
  ReadResult,
  UpdateRequest,
  UpdateResult,
} from "./provider";
export { serve, startServer } from "./serve";
export type { RunningServer, ServeOptions } from "./serve";
export {
  containsSecret,
  containsUnknown,
  isMap,
  isUnknown,
  Opaque,
  own,
  reveal,
  sameValue,
  Secret,
  UNKNOWN,
  Unknown,
} from "./values";
export type { Plain, PlainMap, Value, ValueMap } from "./values";
