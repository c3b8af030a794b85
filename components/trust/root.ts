import * as pulumi from "@pulumi/pulumi";
import { rootAuthority } from "./authority";
import type { Lifetimes } from "./certificates";

/** Arguments of {@link Root}. */
export interface RootArgs {
  /** Id of the root in the list of roots, as `r1`. */
  readonly id: string;
  readonly meshId: string;
  readonly lifetimes: Lifetimes;
  /** Whether the engine refuses to delete it. */
  readonly protect: boolean;
}

/**
 * One root of the mesh. It is never renewed by itself: a root that changes under a running mesh is refused by
 * istiod with nothing but a line in its log. A new one is added beside the old one, by an id of its own.
 */
export class Root extends pulumi.ComponentResource {
  readonly id: string;
  /** Public. */
  readonly certPem: pulumi.Output<string>;
  /** Secret. */
  readonly keyPem: pulumi.Output<string>;

  constructor(name: string, args: RootArgs, opts?: pulumi.ComponentResourceOptions) {
    super("global-mesh:trust:Root", name, {}, opts);
    const { certPem, keyPem } = rootAuthority(
      name,
      { ...args, title: `root ${args.id}`, curve: "P384" },
      this,
    );
    this.id = args.id;
    this.certPem = certPem;
    this.keyPem = keyPem;
    this.registerOutputs({ certPem: this.certPem });
  }
}
