import * as monitor from "@pulumi/azure-native/monitor";
import * as operationalinsights from "@pulumi/azure-native/operationalinsights";
import * as pulumi from "@pulumi/pulumi";
import { diagnosticSetting, logWorkspace, type AzureNames, type Tags } from "../../azure";

/** Arguments of {@link Monitoring}. */
export interface MonitoringArgs {
  readonly names: AzureNames;
  readonly location: string;
  readonly tags: Tags;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly retentionDays: number;
  /** The cluster whose control plane is logged. */
  readonly clusterId: pulumi.Output<string>;
}

/** Logs of the control plane, kept in a workspace of the region. */
export class Monitoring extends pulumi.ComponentResource {
  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:cluster:Monitoring", name, {}, opts);
    const { names, location, tags, retentionDays } = args;
    const workspace = new operationalinsights.Workspace(
      `${name}-workspace`,
      { resourceGroupName: args.resourceGroupName, ...logWorkspace(names, location, tags, retentionDays) },
      { parent: this },
    );
    new monitor.DiagnosticSetting(
      `${name}-control-plane`,
      { resourceUri: args.clusterId, workspaceId: workspace.id, ...diagnosticSetting("control-plane") },
      { parent: this },
    );
    this.registerOutputs({ workspaceId: workspace.id });
  }
}
