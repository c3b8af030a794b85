import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { LINKERD_NAMESPACE } from "../../linkerd/names";
import { ownLabels } from "../internal/labels";
import { secretData } from "../internal/secret-data";
import { joinPem } from "../trust/certificates";
import { issuerFiles, type Issuer } from "./issuer";

/** Arguments of {@link LinkerdIdentity}. */
export interface LinkerdIdentityArgs {
  /** Namespace of the control plane, which exists. */
  readonly namespace: pulumi.Input<string>;
  /** Secret. */
  readonly issuer: pulumi.Output<Issuer>;
}

/**
 * Anchor and issuer of this region's Linkerd, under the names that its chart looks for when it is told not to make
 * them itself. So the key is in a Secret and never among the values of a Release, which the state holds in plain.
 */
export class LinkerdIdentity extends pulumi.ComponentResource {
  constructor(name: string, args: LinkerdIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:linkerd:LinkerdIdentity", name, {}, opts);
    const labelled = (object: string) => ({
      name: object,
      namespace: args.namespace,
      labels: ownLabels(object, {
        "linkerd.io/control-plane-component": "identity",
        "linkerd.io/control-plane-ns": LINKERD_NAMESPACE,
      }),
    });
    new core.Secret(
      `${name}-issuer`,
      {
        metadata: labelled("linkerd-identity-issuer"),
        type: "kubernetes.io/tls",
        data: secretData(args.issuer.apply(issuerFiles)),
      },
      { parent: this },
    );
    new core.ConfigMap(
      `${name}-trust-roots`,
      {
        metadata: labelled("linkerd-identity-trust-roots"),
        // Public, though it comes with the key: a diff of it may be read.
        data: { "ca-bundle.crt": pulumi.unsecret(args.issuer.apply(({ anchors }) => joinPem(...anchors))) },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
