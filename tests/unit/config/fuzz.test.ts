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
const text = fc.oneof(
  value.map((said) => (typeof said === "string" ? said : JSON.stringify(said))),
  fc.json(),
  fc.string(),
);
const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...keys).map((key) => `global-mesh:${key}`) },
  { weight: 1, arbitrary: word.map((key) => `global-mesh:${key}`) },
  { weight: 1, arbitrary: word },
);
/** Changes that are right, so that not every input is refused. */
const right = fc.constantFrom(
  ["global-mesh:profile", "minimal"],
  ["global-mesh:protect", "false"],
  ["global-mesh:leaving", '["westeurope"]'],
  ["global-mesh:apiAccess", "open"],
  ["global-mesh:tags", '{"owner":"mesh"}'],
  ["another:setting", "x"],
);
const wrong = fc.tuple(name, text);
const input = fc.record({
  stack: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom("global", "eastus") },
    { weight: 1, arbitrary: word },
  ),
  changes: fc.oneof(fc.array(right, { maxLength: 3 }), fc.array(fc.oneof(right, wrong), { maxLength: 4 })),
  missing: fc.oneof(
    { weight: 3, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: fc.array(name, { maxLength: 1 }) },
  ),
  secretKeys: fc.oneof(fc.constant<string[]>([]), fc.array(name, { maxLength: 2 })),
});

const base = Object.entries(delivered("eastus")).filter(([key]) => !/:(dnsLabel|location)$/.test(key));

describe("config: whatever is said", () => {
  it("is settings, or a SettingsError whose every fault names a setting, a value, what is allowed and a fix", () => {
    let accepted = 0;
    fc.assert(
      fc.property(input, ({ stack, changes, missing, secretKeys }) => {
        const values = Object.fromEntries([...base, ...changes].filter(([key]) => !missing.includes(key)));
        try {
          const settings = parseSettings({ values, secretKeys, project: "global-mesh", stack });
          assert.equal(settings.role, stack === "global" ? "global" : "region");
          accepted += 1;
        } catch (error) {
          if (!(error instanceof SettingsError)) throw error;
          assert.ok(error.faults.length > 0);
          for (const fault of error.faults) {
            assert.match(fault.setting, /^(global-mesh:|stack name$|azure-native:location$)/s);
            for (const part of [fault.got, fault.allowed, fault.fix]) assert.notEqual(part, "");
          }
        }
      }),
      { numRuns: 2000 },
    );
    // A property over refusals alone would pass with a parser that refuses everything.
    assert.ok(accepted > 200, `only ${accepted} were accepted`);
  });

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
