import assert from "node:assert/strict";
import fc from "fast-check";
import { SettingsError } from "../../../config/faults";
import { parseSettings } from "../../../config/parse";
import { regionSchema, sharedSchema } from "../../../config/schema";
import { delivered } from "./tracked";

const keys = [...Object.keys(sharedSchema.shape), ...Object.keys(regionSchema.shape)];

/** Parts of real settings, so that random values get past the first look. */
const word = fc.oneof(
  fc.constantFrom(
    ...keys,
    "eastus",
    "EastUS",
    "10.10.0.0/16",
    "10.10.0.0/33",
    "0.0.0.0/0",
    "flat",
    "open",
    "oci://a",
  ),
  fc.constantFrom(
    "cidr",
    "labels",
    "zones",
    "system",
    "user",
    "min",
    "max",
    "authorizedRanges",
    "roots",
    "folder",
  ),
  fc.constantFrom("__proto__", "constructor", "hasOwnProperty", "", "a.b", "ä", "\u0000"),
  fc.string(),
);
const leaf = fc.oneof(word, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const value = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("node"), { maxLength: 4 }),
    fc.dictionary(word, tie("node"), { maxKeys: 4, noNullPrototype: false }),
  ),
})).node;
const base = Object.entries(delivered("eastus")).filter(([key]) => !/:(dnsLabel|location)$/.test(key));

describe("config: whatever is said", () => {
  it("shows no part of a secret value", () => {
    fc.assert(
      fc.property(fc.constantFrom(...keys), value, (key, said) => {
        const marker = "s3cr3t-marker";
        const setting = `global-mesh:${key}`;
        const values = {
          ...Object.fromEntries(base),
          [setting]: JSON.stringify({ [marker]: [said, marker] }),
        };
        assert.throws(
          () => parseSettings({ values, secretKeys: [setting], project: "global-mesh", stack: "eastus" }),
          (error) =>
            error instanceof SettingsError &&
            error.faults.every((fault) => !(fault.got + fault.allowed + fault.fix).includes(marker)),
        );
      }),
      { numRuns: 300 },
    );
  });
});
