import type { KubeClient } from "../kube";
import { namespaceOf, type Pod } from "./types";
import type { TokenWish } from "./volumes";

interface Held {
  readonly token: string;
  readonly renewAt: number;
}

/** As the kubelet: a token is renewed after this part of its life. */
const RENEW_AFTER = 0.8;

/** The service account tokens of one pod, bound to it: the API server refuses them once the pod is gone. */
export class PodTokens {
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly kube: KubeClient,
    private readonly pod: Pod,
  ) {}

  /** Requests the tokens that are not there yet and those that are due. */
  async renew(wishes: readonly TokenWish[], now: number = Date.now()): Promise<void> {
    await Promise.all(
      wishes.map(async (wish) => {
        const held = this.held.get(keyOf(wish));
        if (held === undefined || held.renewAt <= now)
          this.held.set(keyOf(wish), await this.request(wish, now));
      }),
    );
  }

  /** The token for a wish that `renew` was called with. */
  token(wish: TokenWish): string {
    const held = this.held.get(keyOf(wish));
    if (held === undefined) throw new Error(`the token of volume ${wish.volume} was not requested yet.`);
    return held.token;
  }

  private async request(wish: TokenWish, now: number): Promise<Held> {
    const account = this.pod.spec.serviceAccountName ?? "default";
    const answer = await this.kube.request<{ status: { token: string; expirationTimestamp: string } }>({
      method: "POST",
      path: `/api/v1/namespaces/${namespaceOf(this.pod)}/serviceaccounts/${account}/token`,
      body: {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: {
          ...(wish.audience === undefined ? {} : { audiences: [wish.audience] }),
          expirationSeconds: wish.expirationSeconds,
          boundObjectRef: {
            apiVersion: "v1",
            kind: "Pod",
            name: this.pod.metadata.name,
            uid: this.pod.metadata.uid,
          },
        },
      },
    });
    const expires = Date.parse(answer.status.expirationTimestamp);
    return { token: answer.status.token, renewAt: now + (expires - now) * RENEW_AFTER };
  }
}

function keyOf(wish: TokenWish): string {
  return `${wish.volume}/${wish.path}`;
}
