import assert from "node:assert/strict";
import * as fc from "fast-check";
import { diffAgainst, diffObject } from "../../../sandbox/plugins/kubernetes/diff";
import { objectType } from "../../../sandbox/plugins/kubernetes/kinds";
import { UNKNOWN, type PlainMap } from "../../../sandbox/plugins/wire";

const MUTABLE = { enableSecretMutable: true, enableConfigMapMutable: true };
const FROZEN = { enableSecretMutable: false, enableConfigMapMutable: false };

const SECRET = objectType("kubernetes:core/v1:Secret");
const WIDGET = objectType("kubernetes:example.com/v1:Widget");

/** What the server makes of inputs: its own metadata, defaults, a status. */
function stored(inputs: PlainMap): PlainMap {
  const metadata = inputs.metadata as PlainMap;
  return {
    ...inputs,
    metadata: { namespace: "default", ...metadata, uid: "1-2-3", resourceVersion: "7", generation: 3 },
    status: { phase: "Active" },
  };
}

function diff(
  type: typeof WIDGET,
  o: { oldInputs: PlainMap; news: PlainMap; live?: PlainMap; ignoreChanges?: string[] },
  mutability = MUTABLE,
) {
  const { live = stored(o.oldInputs), ignoreChanges = [] } = o;
  return diffObject(
    type,
    { oldInputs: o.oldInputs, news: o.news, oldOutputs: live, ignoreChanges },
    mutability,
  );
}

const widget = (spec: PlainMap, metadata: PlainMap = { name: "w", namespace: "n" }): PlainMap => ({
  apiVersion: "example.com/v1",
  kind: "Widget",
  metadata,
  spec,
});

const json = fc.json({ maxDepth: 3 }).map((text) => JSON.parse(text) as PlainMap[string]);

describe("the diff of an object", () => {
  it("is empty for unchanged inputs, whatever the server added", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json, { noNullPrototype: true }), (spec) => {
        const { changed, detailed } = diff(WIDGET, { oldInputs: widget(spec), news: widget(spec) });
        assert.deepEqual({ changed, detailed }, { changed: false, detailed: {} });
      }),
    );
  });

  it("names the changed field", () => {
    const oldInputs = widget({ weight: 80, "a.b": { c: [1, { d: 2 }] }, gone: true });
    const news = widget({ weight: 90, "a.b": { c: [1, { d: 3 }, 4] }, added: {} });
    assert.deepEqual(diff(WIDGET, { oldInputs, news }).detailed, {
      "spec.weight": "update",
      'spec["a.b"].c[1].d': "update",
      'spec["a.b"].c[2]': "add",
      "spec.gone": "delete",
      "spec.added": "add",
    });
  });

  it("sees what was changed or taken away in the cluster, and not what was added", () => {
    const oldInputs = widget({ weight: 80, gone: true });
    const live = stored(widget({ weight: 1, theirs: "x" }));
    assert.deepEqual(diff(WIDGET, { oldInputs, news: oldInputs, live }).detailed, {
      "spec.weight": "update",
      "spec.gone": "add",
    });
  });

  it("takes an unknown value for a change", () => {
    const oldInputs = widget({ weight: 80 });
    assert.deepEqual(diff(WIDGET, { oldInputs, news: widget({ weight: UNKNOWN }) }).detailed, {
      "spec.weight": "update",
    });
  });

  it("leaves out what is to be ignored", () => {
    const oldInputs = widget({ a: { b: 1 }, c: 1 });
    const news = widget({ a: { b: 2 }, c: 2 });
    assert.deepEqual(diff(WIDGET, { oldInputs, news, ignoreChanges: ["spec.a"] }).detailed, {
      "spec.c": "update",
    });
    assert.equal(diff(WIDGET, { oldInputs, news, ignoreChanges: ["spec"] }).changed, false);
  });

  it("replaces for another name or namespace, and deletes first only if the name stays", () => {
    const oldInputs = widget({});
    const renamed = diff(WIDGET, { oldInputs, news: widget({}, { name: "v", namespace: "n" }) });
    assert.deepEqual([renamed.replaces, renamed.deleteBeforeReplace], [["metadata.name"], false]);
    const moved = diff(WIDGET, { oldInputs, news: widget({}, { name: "w", namespace: "m" }) });
    assert.deepEqual([moved.replaces, moved.deleteBeforeReplace], [["metadata.namespace"], false]);
  });

  it("knows that no namespace means default, and none at all for a cluster-scoped kind", () => {
    const oldInputs = widget({}, { name: "w" });
    assert.equal(
      diff(WIDGET, { oldInputs, news: widget({}, { name: "w", namespace: "default" }) }).changed,
      false,
    );
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } };
    const said = { ...namespace, metadata: { name: "team", namespace: "default" } };
    const type = objectType("kubernetes:core/v1:Namespace");
    assert.equal(diff(type, { oldInputs: namespace, news: said, live: namespace }).changed, false);
  });

  const secret = (o: PlainMap): PlainMap => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s", namespace: "n" },
    ...o,
  });

  it("replaces a Secret for its type always, for its data unless Secrets are mutable", () => {
    const oldInputs = secret({ data: { a: "YQ==" }, type: "Opaque" });
    const news = secret({ data: { a: "Yg==" }, type: "Opaque" });
    assert.deepEqual(diff(SECRET, { oldInputs, news }).detailed, { "data.a": "update" });
    const frozen = diff(SECRET, { oldInputs, news }, FROZEN);
    assert.deepEqual([frozen.detailed, frozen.deleteBeforeReplace], [{ "data.a": "update-replace" }, true]);
    const immutable = diff(SECRET, { oldInputs, news: { ...news, immutable: true } });
    assert.deepEqual(immutable.replaces, ["data.a"]);
    assert.deepEqual(diff(SECRET, { oldInputs, news: { ...oldInputs, type: "x/y" } }).replaces, ["type"]);
  });

  it("replaces a Secret whose data appear as a whole", () => {
    const oldInputs = secret({});
    assert.deepEqual(diff(SECRET, { oldInputs, news: secret({ data: { a: "YQ==" } }) }, FROZEN).detailed, {
      data: "add-replace",
    });
  });

  it("compares stringData by what it becomes", () => {
    const oldInputs = secret({ stringData: { a: "x" } });
    const live = stored(secret({ data: { a: "eA==" } }));
    assert.equal(diff(SECRET, { oldInputs, news: oldInputs, live }).changed, false);
    assert.equal(diff(SECRET, { oldInputs, news: secret({ data: { a: "eA==\n" } }), live }).changed, false);
    assert.deepEqual(diff(SECRET, { oldInputs, news: secret({ stringData: { a: "y" } }), live }).detailed, {
      "data.a": "update",
    });
  });

  it("replaces a binding for its role, the old one first", () => {
    const type = objectType("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding");
    const binding = (name: string): PlainMap => ({
      metadata: { name: "b" },
      roleRef: { kind: "ClusterRole", name },
      subjects: [],
    });
    const live = { ...binding("view"), subjects: [{ kind: "User", name: "added by hand" }] };
    const result = diff(type, { oldInputs: binding("view"), news: binding("edit"), live });
    assert.deepEqual(
      [result.detailed, result.deleteBeforeReplace],
      [{ "roleRef.name": "update-replace" }, true],
    );
  });

  it("may make the new object first when the name was made up", () => {
    const metadata = (name: string): PlainMap => ({ name, annotations: { "pulumi.com/autonamed": "true" } });
    const oldInputs = { ...secret({ data: { a: "YQ==" } }), metadata: metadata("s-1") };
    const news = { ...secret({ data: { a: "Yg==" } }), metadata: metadata("s-1") };
    const result = diff(SECRET, { oldInputs, news }, FROZEN);
    assert.deepEqual([result.replaces, result.deleteBeforeReplace], [["data.a"], false]);
  });

  /** An assignment to `__proto__` makes no field, and no Kubernetes object has one of that name. */
  const field = fc.string().filter((name) => name !== "__proto__");

  it("reports no difference between equal values and always one between different ones", () => {
    fc.assert(
      fc.property(
        fc.dictionary(field, json, { noNullPrototype: true }),
        fc.dictionary(field, json, { noNullPrototype: true }),
        (a, b) => {
          const equal = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
          assert.equal(diffAgainst(a, b, [], []).changed, !equal);
        },
      ),
    );
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value === 0 ? 0 : value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, item]) => [key, sorted(item)]);
}
