import { CheckFailure, DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import type { DiffKind, DiffResult, Failure } from "./provider";

const KINDS = {
  add: PropertyDiff.Kind.ADD,
  delete: PropertyDiff.Kind.DELETE,
  update: PropertyDiff.Kind.UPDATE,
  "add-replace": PropertyDiff.Kind.ADD_REPLACE,
  "delete-replace": PropertyDiff.Kind.DELETE_REPLACE,
  "update-replace": PropertyDiff.Kind.UPDATE_REPLACE,
} as const satisfies Record<DiffKind, PropertyDiff.Kind>;

/**
 * The answer to Diff and DiffConfig.
 * @param isInput whether a top-level property is an input; a change of another one is one of the outputs
 */
export function diffResponse(result: DiffResult, isInput: (property: string) => boolean): DiffResponse {
  const response = new DiffResponse();
  response.setChanges(
    result.changed ? DiffResponse.DiffChanges.DIFF_SOME : DiffResponse.DiffChanges.DIFF_NONE,
  );
  response.setReplacesList([...result.replaces]);
  response.setDeletebeforereplace(result.deleteBeforeReplace ?? false);
  const detailed = Object.entries(result.detailed ?? {});
  for (const [path, kind] of detailed) {
    const property = new PropertyDiff();
    property.setKind(KINDS[kind]);
    property.setInputdiff(isInput(topLevel(path)));
    response.getDetaileddiffMap().set(path, property);
  }
  response.setHasdetaileddiff(detailed.length > 0);
  response.setDiffsList([...new Set([...result.replaces, ...detailed.map(([path]) => topLevel(path))])]);
  return response;
}

function topLevel(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}

/**
 * The answer's failures. The path goes into the reason: given apart, the engine prints the value beside it,
 * secrets included, and `{<nil>}` for a nested path.
 */
export function failureMessages(failures: readonly Failure[]): CheckFailure[] {
  return failures.map(({ property, reason }) => {
    const failure = new CheckFailure();
    failure.setReason(property === "" ? reason : `${property}: ${reason}`);
    return failure;
  });
}
