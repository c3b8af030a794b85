import assert from "node:assert/strict";
import fc from "fast-check";
import { derivedGuid, networkContributor, roleDefinitionId, subscriptionOf } from "../../../azure";

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("derived GUIDs", () => {
  it("are version 5 and the same for the same parts", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (parts) => {
        assert.match(derivedGuid(...parts), GUID);
        assert.equal(derivedGuid(...parts), derivedGuid(...parts));
      }),
    );
  });

  it("never change: a new one would be a second role assignment", () => {
    assert.equal(derivedGuid("global-mesh", "eastus/addresses"), "06b27a2d-9df5-5073-854f-fa66d2a0304e");
  });

  it("differ between parts that would read the same when joined", () => {
    assert.notEqual(derivedGuid("ab", "c"), derivedGuid("a", "bc"));
  });
});

describe("role assignments", () => {
  it("have a name for each scope and say that the principal is a service's", () => {
    const scope = (subscription: string, group: string) =>
      networkContributor(`/subscriptions/${subscription}/resourceGroups/${group}`);
    const addresses = scope("s1", "eastus");
    assert.equal(addresses.principalType, "ServicePrincipal");
    assert.match(addresses.roleAssignmentName, GUID);
    // In the whole tenant: the same group in another subscription is another scope.
    const others = [scope("s1", "westeurope"), scope("s2", "eastus")].map((one) => one.roleAssignmentName);
    assert.equal(new Set([addresses.roleAssignmentName, ...others]).size, 3);
  });

  it("keep their name when Azure writes the scope in another case", () => {
    assert.deepEqual(
      networkContributor("/subscriptions/s1/resourcegroups/EastUS"),
      networkContributor("/subscriptions/s1/resourceGroups/eastus"),
    );
  });

  it("name the role in the subscription of their scope", () => {
    const subscription = subscriptionOf("/subscriptions/s1/resourceGroups/g");
    assert.equal(
      roleDefinitionId(subscription, "r"),
      "/subscriptions/s1/providers/Microsoft.Authorization/roleDefinitions/r",
    );
  });

  it("refuse a scope that is no ARM id", () => {
    assert.throws(() => subscriptionOf("resourceGroups/g"), {
      message: '"resourceGroups/g" is not an ARM id: it must begin with /subscriptions/<subscription>/',
    });
  });
});
