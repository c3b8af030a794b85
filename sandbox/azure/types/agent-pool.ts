import { decimal, fixed, flag, list, map, object, readOnly, tags, text, whole, type Fields } from "../shapes";

/** Properties of a node pool, inline in a cluster or standing alone. */
export const poolFields: Fields = {
  availabilityZones: fixed(list(text("1", "2", "3"))),
  count: whole(0, 1000),
  enableAutoScaling: flag,
  enableEncryptionAtHost: fixed(flag),
  enableFIPS: flag,
  enableNodePublicIP: fixed(flag),
  enableUltraSSD: fixed(flag),
  kubeletDiskType: fixed(text("OS", "Temporary")),
  maxCount: whole(0, 1000),
  maxPods: fixed(whole(10, 250)),
  minCount: whole(0, 1000),
  mode: text("System", "User", "Gateway"),
  networkProfile: object({
    allowedHostPorts: list(
      object({ portStart: whole(1, 65535), portEnd: whole(1, 65535), protocol: text("TCP", "UDP") }),
    ),
    applicationSecurityGroups: list(text()),
  }),
  nodeLabels: map(text()),
  nodeTaints: list(text()),
  orchestratorVersion: text(),
  osDiskSizeGB: fixed(whole(0, 2048)),
  osDiskType: fixed(text("Managed", "Ephemeral")),
  osSKU: text("Ubuntu", "Ubuntu2204", "Ubuntu2404", "AzureLinux", "AzureLinux3", "CBLMariner"),
  osType: fixed(text("Linux")),
  podIPAllocationMode: fixed(text("DynamicIndividual", "StaticBlock")),
  podSubnetID: fixed(text()),
  scaleDownMode: text("Delete", "Deallocate"),
  scaleSetEvictionPolicy: fixed(text("Delete", "Deallocate")),
  scaleSetPriority: fixed(text("Regular", "Spot")),
  securityProfile: object({
    enableSecureBoot: flag,
    enableVTPM: flag,
    sshAccess: text("LocalUser", "Disabled"),
  }),
  spotMaxPrice: fixed(decimal),
  tags,
  type: fixed(text("VirtualMachineScaleSets", "VirtualMachines")),
  upgradeSettings: object({
    drainTimeoutInMinutes: whole(1, 1440),
    maxSurge: text(),
    maxUnavailable: text(),
    nodeSoakDurationInMinutes: whole(0, 30),
    undrainableNodeBehavior: text("Schedule", "Cordon"),
  }),
  vmSize: fixed(text()),
  vnetSubnetID: fixed(text()),
  workloadRuntime: text("OCIContainer"),
  currentOrchestratorVersion: readOnly(text()),
  eTag: readOnly(text()),
  nodeImageVersion: readOnly(text()),
  powerState: readOnly(object({ code: text() })),
  provisioningState: readOnly(text()),
};

export const POOL_NAME = {
  pattern: /^[a-z][a-z0-9]{0,11}$/,
  words: "1 to 12 lower-case letters and digits, starting with a letter",
};
