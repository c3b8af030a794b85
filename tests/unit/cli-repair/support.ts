import type { Deployment, PendingOperation, StateResource } from "../../../cli/repair/state";

export const SUBSCRIPTION = "11111111-2222-3333-4444-555555555555";
export const GROUP_ID = `/subscriptions/${SUBSCRIPTION}/resourceGroups/g`;

/** A resource of state; its URN is made of its type and name. */
export function resource(type: string, name: string, more: Partial<StateResource> = {}): StateResource {
  return { urn: urn(type, name), type, custom: true, ...more };
}

export function urn(type: string, name: string): string {
  return `urn:pulumi:eastus::global-mesh::${type}::${name}`;
}

export function pending(type: PendingOperation["type"], of: StateResource): PendingOperation {
  return { type, resource: of };
}

export function deployment(
  resources: readonly StateResource[],
  pending_operations: readonly PendingOperation[] = [],
): Deployment {
  return { manifest: { kept: true }, resources, pending_operations };
}

export const group = resource("azure-native:resources:ResourceGroup", "group", {
  id: GROUP_ID,
  inputs: { resourceGroupName: "g" },
});

export const network = resource("azure-native:network:VirtualNetwork", "network", {
  inputs: { resourceGroupName: "g", virtualNetworkName: "n" },
  dependencies: [group.urn],
  modified: "2026-01-02T03:04:05Z",
});
export const NETWORK_ID = `${GROUP_ID}/providers/Microsoft.Network/virtualNetworks/n`;
