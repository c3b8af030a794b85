import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { soundCredential, type PolicyRule, type ReaderCredential } from "../../istio/link";
import type { ApiEndpoint } from "../cluster/kubeconfig";
import { forUserSync } from "../internal/run-error";

/** The tokens of an account that hold at a time. */
export interface TokenGenerations {
  /** Part of the name of the one that is handed out: raising it makes a new token. */
  readonly generation: number;
  /**
   * One from before that still holds, for readers that do not have the new one yet; 0 for none. One that was revoked may
   * not come back: its Secret would hold the same token.
   */
  readonly kept: number;
}

/** What a token of an account is made from. */
export interface AccountTokenArgs {
  /** Name of the output that holds the credential, for errors. */
  readonly setting: string;
  /** Name of the Secrets that hold the tokens, without the generation; another one means another token. */
  readonly secret: string;
  readonly generations: TokenGenerations;
  readonly account: core.ServiceAccount;
  readonly namespace: pulumi.Input<string>;
  readonly labels: Record<string, string>;
  /** Name of the cluster in the mesh. */
  readonly cluster: string;
  readonly endpoint: pulumi.Output<ApiEndpoint>;
}

/** The newest token of a service account, as the credential by which other clusters read this one. Secret. */
export function accountToken(
  logicalName: string,
  args: AccountTokenArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<ReaderCredential> {
  const { setting, account, namespace, labels, cluster } = args;
  const { generation, kept } = args.generations;
  const tokenOf = (one: number): core.Secret =>
    new core.Secret(
      `${logicalName}-g${one}`,
      {
        metadata: {
          name: secretName(args.secret, one),
          namespace,
          labels,
          annotations: { "kubernetes.io/service-account.name": account.metadata.name },
        },
        type: "kubernetes.io/service-account-token",
      },
      opts,
    );
  if (kept > 0) tokenOf(kept);
  const token = tokenOf(generation);
  return pulumi.secret(
    pulumi.all([args.endpoint, token.data, token.metadata.namespace]).apply(([endpoint, data, where]) =>
      forUserSync(() =>
        soundCredential(setting, {
          cluster,
          ...endpoint,
          token: decoded(data["token"], `${where}/${secretName(args.secret, generation)}`),
        }),
      ),
    ),
  );
}

/** Name of the Secret that holds a generation's token. */
export function secretName(secret: string, generation: number): string {
  return `${secret}-g${generation}`;
}

/** The controller manager fills the token in; a Secret without one would be an unusable credential. */
function decoded(token: string | undefined, name: string): string {
  if (token === undefined || token === "") {
    throw new Error(
      `Secret ${name} holds no token: the cluster's token controller has not filled it in. See that ` +
        "the cluster's controller manager runs and run pulumi up again; if the Secret stays empty, raise " +
        "global-mesh:readerGeneration, which makes a new one",
    );
  }
  return Buffer.from(token, "base64").toString("utf8");
}

/** Rules as the SDK wants them: lists that it may write to. */
export function mutableRules(rules: readonly PolicyRule[]) {
  return rules.map(({ apiGroups, resources, resourceNames, verbs }) => ({
    apiGroups: [...apiGroups],
    resources: [...resources],
    ...(resourceNames === undefined ? {} : { resourceNames: [...resourceNames] }),
    verbs: [...verbs],
  }));
}
