import assert from "node:assert/strict";
import { compile, type CompiledCatalog, type MeshContext } from "../../../../istio/compile";
import { application, type Application, type ApplicationArgs } from "../../../../istio/intent";
import type { IstioObject } from "../../../../istio/model";
import { CrdSchemas } from "../support/crds";
import { everywhere, meshOf, shop } from "../support/fixtures";

let schemas: CrdSchemas | undefined;

/** An application of the shop, with what a test says beside it. */
export function shopsWith(args: Partial<ApplicationArgs> = {}): Application {
  return application({
    name: "shops",
    namespaces: [{ name: "shops" }],
    services: [shop()],
    otherCallers: ["a/*", "billing/*", "ops/*", "shops/*", "web/*"],
    ...args,
  });
}

export function compiled(
  applications: readonly Application[],
  mesh: Partial<MeshContext> = {},
): CompiledCatalog {
  return compile(applications, everywhere(...applications), meshOf(mesh));
}

/** The objects of some kinds, each of which the pinned CRDs accept. */
export function objectsOf(
  applications: readonly Application[],
  kinds: readonly string[],
  mesh: Partial<MeshContext> = {},
): readonly IstioObject[] {
  schemas ??= new CrdSchemas();
  const { objects } = compiled(applications, mesh);
  for (const object of objects) {
    assert.deepEqual(schemas.faults(object), [], `${object.kind} ${JSON.stringify(object.spec)}`);
  }
  return objects.filter(({ kind }) => kinds.includes(kind));
}

/** Objects as `namespace/name` and spec. */
export function specsOf(
  applications: readonly Application[],
  kind: string,
  mesh: Partial<MeshContext> = {},
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    objectsOf(applications, [kind], mesh).map(({ metadata, spec }) => [
      `${metadata.namespace}/${metadata.name}`,
      spec,
    ]),
  );
}
