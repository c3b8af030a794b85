import assert from "node:assert/strict";
import { catalog } from "../../../catalog";
import { ISTIO_API } from "../../../cli/verify/kinds";
import { testApplicationOf } from "../../../cli/verify/requests/application";
import { pluralOf } from "../../../istio/export/plural";
import { documentedRoles } from "../../support/rights";

/** That they are enough a sandbox shows (tests/sandbox/verify/03-rights.test.ts). */
describe("the rights that the guide of mesh verify lists", () => {
  const tests = testApplicationOf(catalog) ?? assert.fail("the catalog has a test application");
  const roles = documentedRoles();
  const rolesIn = (namespace?: string) => roles.filter(({ metadata }) => metadata.namespace === namespace);

  /** Whether the roles there let somebody do that, to any object or to one of that name. */
  function may(verb: string, group: string, resource: string, namespace?: string, name?: string): boolean {
    return rolesIn(namespace)
      .flatMap(({ rules }) => rules)
      .some(
        ({ apiGroups, resources, resourceNames, verbs }) =>
          apiGroups.includes(group) &&
          resources.includes(resource) &&
          verbs.includes(verb) &&
          (resourceNames === undefined || (name !== undefined && resourceNames.includes(name))),
      );
  }

  it("let every kind of Istio be listed that is looked at, and followed by istioctl", () => {
    for (const [apiVersion, kinds] of Object.entries(ISTIO_API))
      for (const kind of kinds)
        for (const verb of ["list", "watch"])
          assert.ok(may(verb, apiVersion.split("/")[0] ?? "", pluralOf(kind)), `${verb} ${kind}`);
  });

  it("let a port be forwarded by a WebSocket before and after Kubernetes 1.35", () => {
    for (const verb of ["get", "create"]) assert.ok(may(verb, "", "pods/portforward", "istio-system"), verb);
  });

  it("let Secrets of istio-system be read, and others only with the analysis", () => {
    assert.ok(may("list", "", "secrets", "istio-system"));
    assert.ok(may("get", "", "secrets", "istio-system", "cacerts"));
    const everywhere = rolesIn().filter(({ rules }) =>
      rules.some(({ resources }) => resources.includes("secrets")),
    );
    assert.deepEqual(
      everywhere.map(({ metadata }) => metadata.name),
      ["mesh-verify-analysis"],
    );
  });

  it("let requests be sent from the namespace of the test application", () => {
    const { namespace, client } = tests;
    for (const verb of ["list", "create", "delete"]) assert.ok(may(verb, "batch", "jobs", namespace), verb);
    assert.ok(may("get", "", "serviceaccounts", namespace, client.serviceAccount));
    for (const resource of ["pods", "events"]) assert.ok(may("list", "", resource, namespace), resource);
  });
});
