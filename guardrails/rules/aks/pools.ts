import { z } from "zod";
import * as azure from "../../../azure/rules";
import { defineRule, type Rule } from "../../rule";
import { minimumVersion } from "./clusters";
import { AKS_BASELINE, checkov, learn, psRule, RESILIENCY_LIBRARY } from "./sources";
import { eachPool, POOLS } from "./types";

/** Node pools, those within a cluster and those that are resources of their own. */
export const poolRules: readonly Rule[] = [
  defineRule({
    id: "aks-node-public-ip",
    title: "Nodes of an AKS cluster have no public address",
    why: "A node with an address of its own can be called around the gateway and its policies.",
    fix: "Set enableNodePublicIP: false, or leave it out.",
    sources: [checkov("CKV_AZURE_143", "AKSNodePublicIpDisabled")],
    level: "mandatory",
    scope: "resource",
    types: POOLS,
    check: (subject) => eachPool(subject, azure.nodePublicIp),
  }),
  defineRule({
    id: "aks-autoscaling",
    title: "The autoscaler owns the number of nodes of a pool and has room to move",
    why: "A pool of fixed size neither takes the load of a region that fails nor gives back what it does not need.",
    fix: "Set enableAutoScaling: true, and maxCount above minCount.",
    sources: [psRule("Azure.AKS.AutoScaling"), RESILIENCY_LIBRARY],
    level: "advisory",
    scope: "resource",
    types: POOLS,
    check: (subject) => eachPool(subject, azure.autoscaling),
  }),
  defineRule({
    id: "aks-zones",
    title: "Nodes of a pool stand in several availability zones",
    why: "One zone that fails otherwise takes the region's part of the mesh down. Zones cannot be added later.",
    fix: 'Set availabilityZones: ["1", "2", "3"]; in an Azure region without zones except the resource by name.',
    sources: [psRule("Azure.AKS.AvailabilityZone"), RESILIENCY_LIBRARY],
    level: "advisory",
    settings: z.strictObject({
      minimum: z.int().min(1).max(3).default(2).describe("Fewest zones of a pool."),
    }),
    scope: "resource",
    types: POOLS,
    check: (subject, { minimum }) => eachPool(subject, (pool) => azure.zones(pool, minimum)),
  }),
  defineRule({
    id: "aks-system-pool",
    title: "A system pool keeps applications off its nodes",
    why: "An application that goes wild would starve CoreDNS and the metrics server, and with them the whole cluster.",
    fix: 'Set nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"] on the system pool, and add a user pool.',
    sources: [checkov("CKV_AZURE_232", "AKSOnlyCriticalPodsOnSystemNodes"), AKS_BASELINE],
    level: "advisory",
    scope: "resource",
    types: POOLS,
    check: (subject) => eachPool(subject, azure.systemTaint),
  }),
  defineRule({
    id: "aks-max-surge",
    title: "An upgrade replaces a fair part of a pool at a time",
    why: "One node at a time does not end within a window; more than a third runs into quotas and disruption budgets.",
    fix: 'Set upgradeSettings.maxSurge: "33%".',
    sources: [checkov("CKV_AZURE_243", "AKSMaxSurge33"), learn("Upgrade options", "aks/upgrade-aks-cluster")],
    level: "advisory",
    settings: z.strictObject({
      minPercent: z.int().min(1).max(100).default(10).describe("Smallest part of a pool, in percent."),
      maxPercent: z.int().min(1).max(100).default(33).describe("Largest part of a pool, in percent."),
    }),
    scope: "resource",
    types: POOLS,
    check: (subject, { minPercent: min, maxPercent: max }) =>
      eachPool(subject, (pool) => azure.maxSurge(pool, { min, max })),
  }),
  defineRule({
    id: "aks-ephemeral-disk",
    title: "The system's disk of a node is on the node itself",
    why: "A managed disk is slower at every start of a node, costs on its own, and keeps what the node wrote.",
    fix: "Leave osDiskType out, or set it to Ephemeral, with a machine that has a cache or temporary disk.",
    sources: [checkov("CKV_AZURE_226", "AKSEphemeralOSDisks"), psRule("Azure.AKS.EphemeralOSDisk")],
    level: "advisory",
    scope: "resource",
    types: POOLS,
    check: (subject) => eachPool(subject, azure.ephemeralDisk),
  }),
  defineRule({
    id: "aks-pool-version",
    title: "A node pool runs a version of Kubernetes that is still mended",
    why: "Nodes may lag behind their control plane by three minor versions, and are then out of support.",
    fix: "Raise orchestratorVersion to the cluster's kubernetesVersion.",
    sources: [
      psRule("Azure.AKS.PoolVersion"),
      learn("Supported Kubernetes versions", "aks/supported-kubernetes-versions"),
    ],
    level: "advisory",
    settings: z.strictObject({ minimum: minimumVersion() }),
    scope: "resource",
    types: POOLS,
    check: (subject, { minimum }) => eachPool(subject, (pool) => azure.poolVersion(pool, minimum)),
  }),
];
