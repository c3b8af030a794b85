import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { version } from "@pulumi/random/package.json";
import { logicalProvider } from "../wire";
import type { Failure, InputField, LogicalResource, PlainMap, Provider } from "../wire";
import { CHARACTER_INPUTS, characterFailures, characters, keeperFailures } from "./characters";
import { petName } from "./pets";

const KEEPERS = { kind: "map" } as const satisfies InputField;

const NOT_NUMBER = { number: "is deprecated and not served by the stand-in; say numeric" };

const RANDOM_STRING: LogicalResource = {
  inputs: CHARACTER_INPUTS,
  unserved: NOT_NUMBER,
  computed: ["result", "number"],
  validate: (inputs) => [...keeperFailures(inputs), ...characterFailures(inputs)],
  create: (inputs) => {
    const result = characters(inputs);
    return Promise.resolve({ id: result, computed: { result, number: inputs.numeric ?? true } });
  },
};

const RESOURCES: Readonly<Record<string, LogicalResource>> = {
  "random:index/randomString:RandomString": RANDOM_STRING,
  "random:index/randomPassword:RandomPassword": {
    ...RANDOM_STRING,
    secret: ["result"],
    create: (inputs) =>
      // The id stands in state in plain text: not even a part of the password may be in it.
      Promise.resolve({
        id: "none",
        computed: { result: characters(inputs), number: inputs.numeric ?? true },
      }),
  },
  "random:index/randomId:RandomId": {
    inputs: {
      keepers: KEEPERS,
      byteLength: { kind: "number", required: true, min: 1 },
      prefix: { kind: "string" },
    },
    computed: ["b64Std", "b64Url", "dec", "hex"],
    validate: keeperFailures,
    create: (inputs) => {
      const bytes = randomBytes(Number(inputs.byteLength));
      const prefix = typeof inputs.prefix === "string" ? inputs.prefix : "";
      const url = bytes.toString("base64url");
      return Promise.resolve({
        id: url,
        computed: {
          b64Std: prefix + bytes.toString("base64"),
          b64Url: prefix + url,
          dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
          hex: prefix + bytes.toString("hex"),
        },
      });
    },
  },
  "random:index/randomInteger:RandomInteger": {
    inputs: {
      keepers: KEEPERS,
      min: { kind: "number", required: true },
      max: { kind: "number", required: true },
    },
    unserved: { seed: "is not served by the stand-in: its numbers come from the system" },
    computed: ["result"],
    validate: (inputs) => [...keeperFailures(inputs), ...rangeFailures(inputs)],
    create: (inputs) => {
      const result = randomInt(Number(inputs.min), Number(inputs.max) + 1);
      return Promise.resolve({ id: String(result), computed: { result } });
    },
  },
  "random:index/randomPet:RandomPet": {
    inputs: {
      keepers: KEEPERS,
      length: { kind: "number", default: 2, min: 1 },
      prefix: { kind: "string" },
      separator: { kind: "string", default: "-" },
    },
    computed: [],
    validate: keeperFailures,
    create: (inputs) => {
      const separator = typeof inputs.separator === "string" ? inputs.separator : "-";
      const words = petName(Number(inputs.length));
      const prefix = typeof inputs.prefix === "string" ? [inputs.prefix] : [];
      return Promise.resolve({ id: [...prefix, ...words].join(separator), computed: {} });
    },
  },
  "random:index/randomUuid:RandomUuid": {
    inputs: { keepers: KEEPERS },
    computed: ["result"],
    validate: keeperFailures,
    create: () => {
      const result = randomUUID();
      return Promise.resolve({ id: result, computed: { result } });
    },
  },
  "random:index/randomBytes:RandomBytes": {
    inputs: { keepers: KEEPERS, length: { kind: "number", required: true, min: 1 } },
    computed: ["base64", "hex"],
    secret: ["base64", "hex"],
    validate: keeperFailures,
    create: (inputs) => {
      const bytes = randomBytes(Number(inputs.length));
      return Promise.resolve({
        id: "none",
        computed: { base64: bytes.toString("base64"), hex: bytes.toString("hex") },
      });
    },
  },
};

function rangeFailures({ min, max }: PlainMap): Failure[] {
  if (typeof min !== "number" || typeof max !== "number") return [];
  if (min > max) return [{ property: "max", reason: "must not be less than min" }];
  // Node draws from less than 2^48 numbers at once.
  return max - min < 2 ** 48 - 1
    ? []
    : [{ property: "max", reason: "must be less than 2^48 - 1 above min in the stand-in" }];
}

/** The stand-in for the random plugin, of the version of the npm package. */
export function randomProvider(): Provider {
  return logicalProvider({ name: "random", version }, RESOURCES);
}
