import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import Ajv, { type ErrorObject, type ValidateFunction } from "ajv";
import { parseAllDocuments } from "yaml";
import type { IstioObject } from "../../../../istio/model";

type Schema = Readonly<Record<string, unknown>>;

/** Keywords under which a schema states a condition on its parent instead of describing a value. */
const CONDITIONS = new Set(["oneOf", "anyOf", "allOf", "not"]);

/**
 * Validates objects against the structural schemas of the pinned Istio CRDs, with unknown fields refused (an
 * API server would drop them silently). CEL rules are not evaluated here: the sandbox tier asks a real API
 * server.
 */
export class CrdSchemas {
  private readonly ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
  private readonly schemas = new Map<string, Schema>();
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(file = crdFile()) {
    for (const document of parseAllDocuments(readFileSync(file, "utf8"))) {
      const crd = document.toJS() as Crd;
      for (const version of crd.spec.versions) {
        const { properties } = version.schema.openAPIV3Schema;
        const spec = closed(properties["spec"] ?? {}) as Schema;
        this.schemas.set(`${crd.spec.group}/${version.name} ${crd.spec.names.kind}`, {
          type: "object",
          required: ["spec"],
          properties: { spec },
        });
      }
    }
  }

  /** What the schema of the object's kind says against it; empty when nothing. */
  faults(object: Pick<IstioObject, "apiVersion" | "kind"> & { readonly spec?: unknown }): readonly string[] {
    const validate = this.validator(`${object.apiVersion} ${object.kind}`);
    if (validate === undefined) return [`no CRD serves ${object.apiVersion} ${object.kind}`];
    return validate(object) ? [] : (validate.errors ?? []).map(words);
  }

  /** Compiled on first use: all of them together take seconds. */
  private validator(kind: string): ValidateFunction | undefined {
    const schema = this.schemas.get(kind);
    if (schema === undefined) return undefined;
    const validate = this.validators.get(kind) ?? this.ajv.compile(schema);
    this.validators.set(kind, validate);
    return validate;
  }
}

interface Crd {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: {
        readonly openAPIV3Schema: { readonly properties: Readonly<Record<string, Schema>> };
      };
    }[];
  };
}

/** The schema with every object of known fields closed to others. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const fields = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, CONDITIONS.has(key) ? value : closed(value)]),
  );
  const open =
    typeof fields["properties"] !== "object" ||
    "additionalProperties" in fields ||
    fields["x-kubernetes-preserve-unknown-fields"] === true;
  return open ? fields : { ...fields, additionalProperties: false };
}

function words({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath}: ${message ?? ""} ${JSON.stringify(params)}`;
}

/** The test runner names the charts; without it they are looked for where Go keeps the pinned module. */
export function crdFile(): string {
  const folder = process.env["SANDBOX_TEST_CHARTS"] ?? moduleCharts();
  const file = path.join(folder, "base", "files", "crd-all.gen.yaml");
  if (!existsSync(file))
    throw new Error(`${file} does not exist: set SANDBOX_TEST_CHARTS to the charts' folder.`);
  return file;
}

function moduleCharts(): string {
  const modules = process.env["GOMODCACHE"] ?? path.join(homedir(), "go", "pkg", "mod");
  const pins = readFileSync(path.join(__dirname, "../../../../sandbox/tools/go/istio/go.mod"), "utf8");
  const version = /^\s*(?:require )?istio\.io\/istio (v\S+)/m.exec(pins)?.[1] ?? "unpinned";
  return path.join(modules, "istio.io", `istio@${version}`, "manifests", "charts");
}
