import { Metadata, status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { encode } from "./codec";
import { PartialFailure, Unimplemented } from "./provider";
import { scrub } from "./secrets";
import type { ValueMap } from "./values";

/** The text of whatever was thrown, without the given secrets. */
export function errorText(error: unknown, secrets: readonly string[]): string {
  return scrub(error instanceof Error ? error.message : String(error), secrets);
}

/**
 * An error as the engine reads it. A {@link PartialFailure} carries id and properties, so that the engine
 * keeps the object in state and the next update takes it up.
 * @param mark marks the secrets among the outputs of a partial failure
 */
export function serviceError(
  error: unknown,
  secrets: readonly string[],
  mark: (outputs: ValueMap) => ValueMap,
): Partial<ServiceError> {
  const details = errorText(error, secrets);
  if (error instanceof Unimplemented) return { code: status.UNIMPLEMENTED, details };
  if (!(error instanceof PartialFailure)) return { code: status.UNKNOWN, details };
  const failed = new ErrorResourceInitFailed();
  failed.setId(error.id);
  failed.setProperties(encode(mark(error.outputs)));
  if (error.inputs !== undefined) failed.setInputs(encode(mark(error.inputs)));
  failed.setReasonsList(error.reasons.map((reason) => scrub(reason, secrets)));
  const packed = new Any();
  packed.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const message = new Status();
  message.setCode(status.UNKNOWN);
  message.setMessage(details);
  message.addDetails(packed);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(message.serializeBinary()));
  return { code: status.UNKNOWN, details, metadata };
}
