import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  bench,
  cluster,
  clusterId,
  foundation,
  group,
  guid,
  id,
  identityId,
  ipId,
  NETWORK_CONTRIBUTOR,
  refused,
  SUBSCRIPTION,
  text,
} from "./support";

const assignment = (scope: string, n: number) =>
  `${scope}/providers/Microsoft.Authorization/roleAssignments/${guid(n)}`;

describe("role assignments", () => {
  async function withIdentity() {
    const b = bench();
    await b.put(id("g"), group);
    const made = await b.put(identityId("c"), group);
    const properties = {
      principalId: text(made.properties["principalId"]),
      principalType: "ServicePrincipal",
      roleDefinitionId: NETWORK_CONTRIBUTOR,
    };
    return { b, properties };
  }

  it("get their scope and dates", async () => {
    const { b, properties } = await withIdentity();
    const made = await b.put(assignment(id("g"), 1), { properties });
    assert.equal(made.properties["scope"], id("g"));
    assert.equal(typeof made.properties["createdOn"], "string");
    assert.equal(made.properties["provisioningState"], undefined);
    await b.put(assignment(id("g"), 1), { properties });
  });

  it("refuse an unknown principal, a wrong type, an unknown role, a name that is no GUID, and a twin", async () => {
    const { b, properties } = await withIdentity();
    await refused(
      () => b.put(assignment(id("g"), 1), { properties: { ...properties, principalId: guid(9) } }),
      "PrincipalNotFound",
      /does not exist in the directory/,
    );
    await refused(
      () => b.put(assignment(id("g"), 1), { properties: { ...properties, principalType: "User" } }),
      "UnmatchedPrincipalType",
    );
    const role = NETWORK_CONTRIBUTOR.replace(/[^/]+$/, guid(7));
    await refused(
      () => b.put(assignment(id("g"), 1), { properties: { ...properties, roleDefinitionId: role } }),
      "RoleDefinitionDoesNotExist",
    );
    const named = assignment(id("g"), 1).replace(/[^/]+$/, "contributor");
    await refused(() => b.put(named, { properties }), "InvalidRoleAssignmentId", /GUID/);
    await b.put(assignment(id("g"), 1), { properties });
    await refused(() => b.put(assignment(id("g"), 2), { properties }), "RoleAssignmentExists");
    await refused(
      () =>
        b.put(assignment(id("g"), 1), {
          properties: {
            ...properties,
            roleDefinitionId: NETWORK_CONTRIBUTOR.replace(/[^/]+$/, "acdd72a7-3385-48ef-bd42-f606fba81ae7"),
          },
        }),
      "RoleAssignmentUpdateNotPermitted",
    );
    await refused(() => b.put(assignment(ipId("none"), 3), { properties }), "ParentResourceNotFound");
  });

  it("refuse a GUID that stands at another scope: names are unique in the tenant", async () => {
    const { b, properties } = await withIdentity();
    await b.put(assignment(id("g"), 1), { properties });
    await refused(
      () => b.put(assignment(identityId("c"), 1), { properties }),
      "RoleAssignmentUpdateNotPermitted",
      /scope are not allowed to be updated/,
    );
    await b.remove(assignment(id("g"), 1));
    await b.put(assignment(identityId("c"), 1), { properties });
  });

  it("work on the subscription, and go with their scope", async () => {
    const { b, properties } = await withIdentity();
    await b.put(assignment(`/subscriptions/${SUBSCRIPTION}`, 1), { properties });
    await b.put(assignment(identityId("c"), 2), { properties });
    await b.remove(identityId("c"));
    const left = b.arm.world.all("Microsoft.Authorization/roleAssignments").map((one) => one.name);
    assert.deepEqual(left, [guid(1)]);
  });
});

describe("maintenance configurations", () => {
  const path = (name: string) => `${clusterId("c")}/maintenanceConfigurations/${name}`;
  const schedule = { weekly: { dayOfWeek: "Sunday", intervalWeeks: 1 } };
  const window = { durationHours: 4, startTime: "02:00", schedule };

  it("take a window for the managed schedules and hours for the default", async () => {
    const b = bench();
    await foundation(b);
    await b.put(clusterId("c"), cluster());
    const made = await b.put(path("aksManagedAutoUpgradeSchedule"), {
      properties: { maintenanceWindow: window },
    });
    assert.equal((made.properties["maintenanceWindow"] as { utcOffset: string }).utcOffset, "+00:00");
    await b.put(path("default"), { properties: { timeInWeek: [{ day: "Sunday", hourSlots: [1, 2] }] } });
    await refused(
      () => b.put(path("mine"), { properties: { maintenanceWindow: window } }),
      "InvalidResourceName",
      /aksManaged/,
    );
    await refused(
      () => b.put(path("default"), { properties: { maintenanceWindow: window } }),
      "InvalidParameter",
    );
    await refused(
      () => b.put(path("aksManagedNodeOSUpgradeSchedule"), { properties: { timeInWeek: [] } }),
      "InvalidParameter",
    );
    const two = { ...schedule, daily: { intervalDays: 1 } };
    await refused(
      () =>
        b.put(path("aksManagedNodeOSUpgradeSchedule"), {
          properties: { maintenanceWindow: { ...window, schedule: two } },
        }),
      "InvalidParameter",
      /exactly one/,
    );
    await refused(
      () =>
        b.put(path("aksManagedNodeOSUpgradeSchedule"), {
          properties: { maintenanceWindow: { ...window, durationHours: 2 } },
        }),
      "InvalidParameter",
      /durationHours/,
    );
    await refused(
      () =>
        b.put(path("aksManagedNodeOSUpgradeSchedule"), {
          properties: { maintenanceWindow: { ...window, startTime: "25:00" } },
        }),
      "InvalidParameter",
      /25:00/,
    );
  });
});

describe("monitoring", () => {
  const workspace = id("g/providers/Microsoft.OperationalInsights/workspaces/logs");
  const setting = `${clusterId("c")}/providers/Microsoft.Insights/diagnosticSettings/s`;

  it("sends known categories to a workspace that is there", async () => {
    const b = bench();
    await foundation(b);
    const made = await b.put(workspace, { ...group, properties: { sku: { name: "PerGB2018" } } });
    assert.equal(made.properties["retentionInDays"], 30);
    assert.match(text(made.properties["customerId"]), /^[0-9a-f-]{36}$/);
    await b.put(clusterId("c"), cluster());
    const properties = { workspaceId: workspace, logs: [{ category: "kube-audit-admin", enabled: true }] };
    await b.put(setting, { properties });
    const cases: [Record<string, unknown>, string, RegExp][] = [
      [{ workspaceId: undefined }, "BadRequest", /data sink/],
      [{ workspaceId: `${workspace}x` }, "ResourceNotFound", /workspaceId/],
      [{ logs: [] }, "BadRequest", /at least one entry/],
      [{ logs: [{ category: "everything", enabled: true }] }, "BadRequest", /everything/],
      [{ logs: [{ enabled: true }] }, "BadRequest", /either category or categoryGroup/],
      [{ logs: [{ categoryGroup: "some", enabled: true }] }, "BadRequest", /some/],
      [{ metrics: [{ category: "Some", enabled: true }] }, "BadRequest", /AllMetrics/],
    ];
    for (const [over, code, words] of cases) {
      await refused(() => b.put(setting, { properties: { ...properties, ...over } }), code, words);
    }
    const onIdentity = `${identityId("c")}/providers/Microsoft.Insights/diagnosticSettings/s`;
    await refused(() => b.put(onIdentity, { properties }), "ResourceNotSupported");
  });
});

describe("identities", () => {
  it("get principal and client, and keep them", async () => {
    const b = bench();
    await b.put(id("g"), group);
    const made = await b.put(identityId("c"), group);
    assert.notEqual(made.properties["principalId"], made.properties["clientId"]);
    const again = await b.put(identityId("c"), { ...group, tags: { a: "b" } });
    assert.equal(again.properties["principalId"], made.properties["principalId"]);
  });
});
