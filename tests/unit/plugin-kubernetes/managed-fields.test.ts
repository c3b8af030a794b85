import assert from "node:assert/strict";
import {
  isUnmanaged,
  needsForceInPreview,
  takeOver,
} from "../../../sandbox/plugins/kubernetes/managed-fields";
import type { PlainMap } from "../../../sandbox/plugins/wire";

const entry = (manager: string, operation: string, fieldsV1: PlainMap): PlainMap => ({
  manager,
  operation,
  apiVersion: "v1",
  time: "2026-01-01T00:00:00Z",
  fieldsType: "FieldsV1",
  fieldsV1,
});
const live = (...managedFields: PlainMap[]): PlainMap => ({ metadata: { managedFields } });

describe("the owners of an object's fields", () => {
  const created = entry("pulumi-kubernetes", "Update", { "f:data": { ".": {}, "f:a": {} } });
  const kubectl = entry("kubectl-edit", "Update", { "f:data": { "f:b": {} } });

  it("hands the creation's fields to the manager of updates, and leaves those of others", () => {
    const ours = entry("pulumi-kubernetes-1", "Apply", { "f:data": { "f:c": {} } });
    assert.deepEqual(takeOver(live(created, kubectl, ours), "pulumi-kubernetes-1"), [
      kubectl,
      entry("pulumi-kubernetes-1", "Apply", { "f:data": { ".": {}, "f:a": {}, "f:c": {} } }),
    ]);
  });

  it("has nothing to hand over twice", () => {
    const once = takeOver(live(created, kubectl), "m") as PlainMap[];
    assert.equal(takeOver(live(...once), "m"), undefined);
  });

  it("forces a preview only where the update itself takes over", () => {
    assert.ok(needsForceInPreview(live(created)));
    assert.ok(!needsForceInPreview(live(kubectl)));
    assert.ok(isUnmanaged({ metadata: {} }) && !isUnmanaged(live(kubectl)));
  });
});
