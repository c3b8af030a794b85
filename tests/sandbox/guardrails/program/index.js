// A program that knows nothing of this repository: the whole azure-native package, and mostly Azure's defaults. In
// JavaScript, of which no language host checks types.
"use strict";
const azure = require("@pulumi/azure-native");
const pulumi = require("@pulumi/pulumi");

const group = new azure.resources.ResourceGroup("group", { location: "eastus" });

new azure.containerservice.ManagedCluster("cluster", {
  resourceGroupName: group.name,
  location: "eastus",
  dnsPrefix: "foreign",
  identity: { type: "SystemAssigned" },
  enableRBAC: true,
  apiServerAccessProfile: { authorizedIPRanges: ["0.0.0.0/0"], disableRunCommand: true },
  agentPoolProfiles: [{ name: "system", mode: "System", count: 1, vmSize: "Standard_D4ds_v5" }],
});

/** Registers a type as a package of one API version does; a component needs no provider that serves it. */
new pulumi.ComponentResource("azure-native:containerservice/v20230901:ManagedCluster", "versioned");
