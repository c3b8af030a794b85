/** The types of the smaller namespaces. */
import { diagnosticSetting, workspace } from "../rules/monitoring";
import { roleAssignment } from "../rules/roles";
import { GROUP_TYPE } from "../ids";
import { str, type ArmType, type Behaviour } from "../model";
import {
  decimal,
  flag,
  forever,
  list,
  object,
  readOnly,
  replaces,
  required,
  tags,
  text,
  whole,
} from "../shapes";

const identityBehaviour: Behaviour = {
  complete(world, next, previous) {
    const before = previous?.properties ?? {};
    next.properties["principalId"] = str(before["principalId"]) ?? world.uuid();
    next.properties["clientId"] = str(before["clientId"]) ?? world.uuid();
    next.properties["tenantId"] = world.tenantId;
  },
};

const retention = object({ days: whole(0, 365), enabled: flag });

export const otherTypes: readonly ArmType[] = [
  {
    type: GROUP_TYPE,
    apiVersions: ["2024-03-01", "2024-07-01", "2020-10-01", "2021-04-01", "2025-04-01"],
    name: {
      pattern: /^[-\w.()]{0,89}[-\w()]$/,
      words: "1 to 90 letters, digits, '_', '-', '.', '(' or ')', not ending with '.'",
    },
    top: { location: required(replaces(text())), tags, managedBy: text() },
    properties: { provisioningState: readOnly(text()) },
    longRunning: false,
    behaviour: {},
  },
  {
    type: "Microsoft.Authorization/roleAssignments",
    apiVersions: ["2022-04-01"],
    name: { pattern: /^.+$/, words: "a GUID" },
    top: {},
    properties: {
      condition: text(),
      conditionVersion: text("2.0"),
      description: text(),
      principalId: required(replaces(text())),
      principalType: text("User", "Group", "ServicePrincipal", "ForeignGroup", "Device"),
      roleDefinitionId: required(text()),
      scope: readOnly(text()),
      createdBy: readOnly(text()),
      createdOn: readOnly(text()),
      updatedBy: readOnly(text()),
      updatedOn: readOnly(text()),
    },
    longRunning: false,
    behaviour: roleAssignment,
  },
  {
    type: "Microsoft.ManagedIdentity/userAssignedIdentities",
    apiVersions: ["2023-01-31", "2024-11-30"],
    name: {
      pattern: /^[A-Za-z0-9][-_A-Za-z0-9]{2,127}$/,
      words: "3 to 128 letters, digits, '-' or '_', starting with a letter or digit",
    },
    top: { location: required(forever(text())), tags },
    properties: { principalId: readOnly(text()), clientId: readOnly(text()), tenantId: readOnly(text()) },
    longRunning: false,
    behaviour: identityBehaviour,
  },
  {
    type: "Microsoft.OperationalInsights/workspaces",
    apiVersions: ["2023-09-01", "2025-02-01"],
    name: {
      pattern: /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/,
      words: "4 to 63 letters, digits or '-', with a letter or digit at both ends",
    },
    top: { location: required(forever(text())), tags },
    properties: {
      provisioningState: readOnly(text()),
      customerId: readOnly(text()),
      createdDate: readOnly(text()),
      modifiedDate: readOnly(text()),
      features: object({ disableLocalAuth: flag, enableLogAccessUsingOnlyResourcePermissions: flag }),
      publicNetworkAccessForIngestion: text("Enabled", "Disabled"),
      publicNetworkAccessForQuery: text("Enabled", "Disabled"),
      retentionInDays: whole(7, 730),
      sku: object({
        name: required(text("PerGB2018", "CapacityReservation", "LACluster")),
        capacityReservationLevel: whole(),
      }),
      workspaceCapping: object({ dailyQuotaGb: decimal }),
    },
    longRunning: true,
    behaviour: workspace,
  },
  {
    type: "Microsoft.Insights/diagnosticSettings",
    apiVersions: ["2021-05-01-preview"],
    name: { pattern: /^[^<>*%&:\\?+/]{1,260}$/, words: "1 to 260 characters, none of < > * % & : \\ ? + /" },
    top: {},
    properties: {
      logAnalyticsDestinationType: text("Dedicated", "AzureDiagnostics"),
      logs: list(
        object({
          category: text(),
          categoryGroup: text(),
          enabled: required(flag),
          retentionPolicy: retention,
        }),
      ),
      metrics: list(
        object({ category: text(), enabled: required(flag), retentionPolicy: retention, timeGrain: text() }),
      ),
      workspaceId: text(),
    },
    longRunning: false,
    behaviour: diagnosticSetting,
  },
];
