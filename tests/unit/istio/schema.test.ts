import assert from "node:assert/strict";
import fc from "fast-check";
import { compile } from "../../../istio/compile";
import { application, type Locality } from "../../../istio/intent";
import { mostLocal } from "../../../istio/rules/locality";
import { CrdSchemas } from "./support/crds";
import { everywhere, meshOf, shop, shops } from "./support/fixtures";

describe("the CRDs' schemas", () => {
  let schemas: CrdSchemas;
  before(() => (schemas = new CrdSchemas()));

  const object = {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "a", namespace: "a", labels: {} },
    spec: { hosts: ["a.global"], http: [{ route: [{ destination: { host: "a.global" }, weight: 1 }] }] },
  };

  it("refuse a field that Istio does not know, a wrong type, and a kind without a CRD", () => {
    assert.deepEqual(schemas.faults(object), []);
    const unknown = { ...object, spec: { ...object.spec, htpp: [] } };
    assert.match(schemas.faults(unknown).join(), /htpp/);
    const nested = { ...object, spec: { ...object.spec, http: [{ rout: [] }] } };
    assert.match(schemas.faults(nested).join(), /rout/);
    assert.match(schemas.faults({ ...object, spec: { hosts: "a.global" } }).join(), /hosts/);
    assert.match(schemas.faults({ ...object, kind: "VirtualServices" }).join(), /no CRD/);
  });

  it("accept every object of every form that a service can take, in meshes of 2 to 12 regions", () => {
    const regions = fc.uniqueArray(fc.stringMatching(/^[a-z]{2,12}$/), { minLength: 2, maxLength: 12 });
    const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
    const mode = fc.constantFrom("STRICT" as const, "PERMISSIVE" as const);
    const cases = regions.chain((names) =>
      fc.record({
        names: fc.constant(names),
        versions: maybe(fc.integer({ min: 0, max: 100 }).map((v1) => ({ v1, v2: 100 - v1 }))),
        locality: maybe(
          fc.oneof<fc.Arbitrary<Locality>[]>(
            fc.integer({ min: 1, max: mostLocal(names) }).map((local) => ({ local, rest: "even" as const })),
            fc.constant({ failover: "any" as const }),
            fc.constant({ failover: { [names[0] ?? ""]: names[1] ?? "" } }),
          ),
        ),
        access: maybe(
          fc.array(
            fc.record(
              { from: fc.constant(["a/b"]), methods: fc.constant(["GET"]), paths: fc.constant(["/*"]) },
              { requiredKeys: [] },
            ),
          ),
        ),
        mtls: maybe(mode),
        portMtls: maybe(mode.map((port) => ({ 9090: port }))),
        targetPort: maybe(fc.integer({ min: 1, max: 65535 })),
        meshMtls: maybe(mode),
      }),
    );
    fc.assert(
      fc.property(cases, ({ names, meshMtls, ...said }) => {
        const args = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
        const apps = [
          shops(shop(args)),
          application({ name: "mesh", ...(meshMtls === undefined ? {} : { meshMtls }) }),
        ];
        const mesh = meshOf({ regions: names, region: names[0] ?? "" });
        for (const made of compile(apps, everywhere(...apps), mesh).objects) {
          assert.deepEqual(schemas.faults(made), [], `${made.kind} ${JSON.stringify(made.spec)}`);
        }
      }),
    );
  });
});
