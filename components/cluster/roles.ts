import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { NETWORK_CONTRIBUTOR, networkContributor, roleDefinitionId, subscriptionOf } from "../../azure";

/** One thing that the cluster's identity may change. */
export interface RoleScope {
  /** Plain name that stays the same, part of the logical name. */
  readonly key: string;
  readonly id: pulumi.Output<string>;
}

/** Arguments of {@link ClusterRoles}. */
export interface ClusterRolesArgs {
  readonly principalId: pulumi.Output<string>;
  readonly scopes: readonly RoleScope[];
}

/** Rights of the cluster's identity, given before the cluster needs them: AKS checks them when it is made. */
export class ClusterRoles extends pulumi.ComponentResource {
  readonly assignments: readonly authorization.RoleAssignment[];

  constructor(name: string, args: ClusterRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:cluster:Roles", name, {}, opts);
    this.assignments = args.scopes.map(({ key, id }) => {
      const spec = id.apply(networkContributor);
      return new authorization.RoleAssignment(
        `${name}-${key}`,
        {
          roleAssignmentName: spec.roleAssignmentName,
          principalType: spec.principalType,
          scope: id,
          principalId: args.principalId,
          roleDefinitionId: id.apply((scope) => roleDefinitionId(subscriptionOf(scope), NETWORK_CONTRIBUTOR)),
        },
        // The name is the scope's, so a new principal cannot stand beside the old one for a moment.
        { parent: this, deleteBeforeReplace: true },
      );
    });
    this.registerOutputs({ assignments: this.assignments.map((assignment) => assignment.id) });
  }
}
