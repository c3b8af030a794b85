import assert from "node:assert/strict";
import * as fc from "fast-check";
import { objectType } from "../../../sandbox/plugins/kubernetes/kinds";
import { inputsOf, normalizeInputs, outputsOf, prune } from "../../../sandbox/plugins/kubernetes/normalize";
import { UNKNOWN, type Plain } from "../../../sandbox/plugins/wire";

const json = fc.json({ maxDepth: 3 }).map((text) => JSON.parse(text) as Plain);
const SECRET = objectType("kubernetes:core/v1:Secret");
const POLICY = objectType("kubernetes:networking.k8s.io/v1:NetworkPolicy");
const WIDGET = objectType("kubernetes:example.com/v1:Widget");

describe("inputs in the server's form", () => {
  it("turns a Secret's stringData into data, over what data said", () => {
    assert.deepEqual(normalizeInputs(SECRET, { data: { a: "YQ==", b: "Yg==" }, stringData: { b: "ü" } }), {
      data: { a: "YQ==", b: "w7w=" },
    });
  });

  it("leaves data that are no base64 for the server to refuse", () => {
    assert.deepEqual(normalizeInputs(SECRET, { data: { a: "not base64!" } }), { data: { a: "not base64!" } });
  });

  it("waits with a Secret that is not known yet", () => {
    const inputs = { stringData: { a: UNKNOWN } };
    assert.deepEqual(normalizeInputs(SECRET, inputs), inputs);
  });

  it("drops empty lists of built-in kinds and keeps empty maps, which mean something there", () => {
    const spec = { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }] }], egress: [] };
    assert.deepEqual(normalizeInputs(POLICY, { spec }), {
      spec: { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }] }] },
    });
    assert.deepEqual(normalizeInputs(WIDGET, { spec: { list: [] } }), { spec: { list: [] } });
  });

  it("drops nulls, the server's metadata and empty labels", () => {
    const metadata = { name: "a", uid: "1", resourceVersion: "2", labels: {}, annotations: { b: null } };
    assert.deepEqual(normalizeInputs(WIDGET, { metadata, spec: { x: null, y: [null] } }), {
      metadata: { name: "a" },
      spec: { y: [null] },
    });
  });
});

describe("the live object", () => {
  it("is kept whole in outputs, without managedFields", () => {
    const live = { kind: "Widget", metadata: { name: "a", uid: "1", managedFields: [{}] }, status: { x: 1 } };
    assert.deepEqual(outputsOf(live), {
      kind: "Widget",
      metadata: { name: "a", uid: "1" },
      status: { x: 1 },
    });
  });

  it("is kept without the copy of a Secret that kubectl apply leaves in an annotation", () => {
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{secret}", mine: "x" };
    const outputs = outputsOf({ kind: "Secret", metadata: { annotations } });
    assert.deepEqual(outputs, { kind: "Secret", metadata: { annotations: { mine: "x" } } });
  });

  it("makes inputs for an import", () => {
    const live = {
      kind: "Widget",
      metadata: { name: "a", uid: "1", generation: 1 },
      spec: { x: 1 },
      status: {},
    };
    assert.deepEqual(inputsOf(live), { kind: "Widget", metadata: { name: "a" }, spec: { x: 1 } });
  });

  it("cut down to the inputs it came from is those inputs", () => {
    fc.assert(fc.property(json, (value) => assert.deepEqual(prune(value, value), value)));
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), json, { noNullPrototype: true }),
        fc.dictionary(fc.string(), json, { noNullPrototype: true }),
        (inputs, added) => {
          assert.deepEqual(prune({ ...added, ...inputs }, inputs), inputs);
        },
      ),
    );
  });

  it("shows changed values and the shape of what was changed into something else", () => {
    assert.deepEqual(prune({ a: 2, b: { c: 1 }, d: [1, 2, 3] }, { a: 1, b: "x", d: [1, 2] }), {
      a: 2,
      b: { c: 1 },
      d: [1, 2],
    });
  });
});
