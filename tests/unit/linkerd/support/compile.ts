import assert from "node:assert/strict";
import { application, service, type Application, type ServiceArgs } from "../../../../istio/intent";
import { CatalogError, describeFault } from "../../../../istio/rules/fault";
import { compileForLinkerd, type LinkerdCatalog } from "../../../../linkerd/compile";
import { everywhere, meshOf } from "../../istio/support/fixtures";

type Mesh = Parameters<typeof meshOf>[0];

/** Callers that the tests name. */
const CALLERS = ["a/a", "a/b", "b/b", "jobs/*", "ops/*", "web/frontend"];

/** An application with one service that Linkerd can do all of, with changes. */
export function shops(changes: Partial<ServiceArgs> = {}, more: Partial<Application> = {}): Application {
  const shop = service({ name: "shop", namespace: "shops", port: 80, ...changes });
  return application({
    name: "shops",
    namespaces: [{ name: "shops" }],
    services: [shop],
    otherCallers: CALLERS,
    ...more,
  });
}

/** What a region with Linkerd applies of them. */
export function linkerd(mesh: Mesh, ...applications: readonly Application[]): LinkerdCatalog {
  return compileForLinkerd(applications, everywhere(...applications), meshOf(mesh));
}

/** The faults, as lines, that compiling reports. */
export function linkerdFaults(...applications: readonly Application[]): readonly string[] {
  try {
    linkerd({}, ...applications);
    return [];
  } catch (error) {
    assert.ok(error instanceof CatalogError, String(error));
    return error.faults.map(describeFault);
  }
}
