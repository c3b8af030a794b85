import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import * as x509 from "@peculiar/x509";
import { isNotFound, type KubeClient } from "../../../../sandbox/kube";

/** A write that the API server is about to admit. */
export interface Write {
  readonly operation: "CREATE" | "DELETE";
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

interface Review {
  readonly request: {
    readonly uid: string;
    readonly operation: Write["operation"];
    readonly kind: { readonly kind: string };
    readonly namespace?: string;
    readonly name?: string;
    readonly dryRun?: boolean;
    readonly object?: { readonly metadata?: { readonly name?: string } } | null;
  };
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const NAME = "kill-test-hold";

/**
 * Holds a chosen write in the middle of the API server, by an admission webhook: whoever sent it is then known to be
 * in the middle of its call. What is not chosen is admitted at once.
 */
export class Hold {
  private chosen: ((write: Write) => boolean) | undefined;
  private reached: ((write: Write) => void) | undefined;
  private held: (() => void)[] = [];
  private seen = 0;

  private constructor(
    private readonly server: Server,
    private readonly certificate: string,
  ) {}

  static async open(): Promise<Hold> {
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: randomBytes(8).toString("hex"),
      name: "CN=localhost",
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 24 * 3600_000),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "localhost" }]),
      ],
    });
    const key = x509.PemConverter.encode(
      await crypto.subtle.exportKey("pkcs8", keys.privateKey),
      "PRIVATE KEY",
    );
    const pem = certificate.toString("pem");
    const server = createServer({ key, cert: pem });
    const hold = new Hold(server, pem);
    server.on("request", (request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const { request: asked } = JSON.parse(Buffer.concat(parts).toString()) as Review;
        const answer = (): void => {
          response.setHeader("content-type", "application/json");
          response.end(
            JSON.stringify({
              apiVersion: "admission.k8s.io/v1",
              kind: "AdmissionReview",
              response: { uid: asked.uid, allowed: true },
            }),
          );
        };
        hold.take(asked, answer);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return hold;
  }

  /** Puts the webhook into a cluster and waits until the API server asks it. */
  async install(kube: KubeClient): Promise<void> {
    const { port } = this.server.address() as AddressInfo;
    const webhook = {
      name: "hold.kill-test.example",
      admissionReviewVersions: ["v1"],
      sideEffects: "None",
      failurePolicy: "Ignore",
      timeoutSeconds: 30,
      clientConfig: {
        url: `https://localhost:${port}/`,
        caBundle: Buffer.from(this.certificate).toString("base64"),
      },
      rules: [{ operations: ["CREATE", "DELETE"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*"] }],
    };
    const kind = { apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingWebhookConfiguration" };
    await kube.delete({ ...kind, name: NAME });
    await kube.create({ ...kind, metadata: { name: NAME }, webhooks: [webhook] });
    const before = this.seen;
    for (const end = Date.now() + 60_000; this.seen === before;) {
      if (Date.now() > end) throw new Error("the API server does not ask the webhook");
      const metadata = { name: "probe", namespace: "default" };
      await kube
        .create({ apiVersion: "v1", kind: "ConfigMap", metadata }, { dryRun: true })
        .catch((error: unknown) => {
          // The namespace comes a moment after the server.
          if (!isNotFound(error)) throw error;
        });
    }
  }

  /** Resolves when a chosen write is held, until `release`. */
  next(chosen: (write: Write) => boolean): Promise<Write> {
    this.chosen = chosen;
    return new Promise((resolve) => (this.reached = resolve));
  }

  /** Admits what is held, and holds nothing more. */
  release(): void {
    this.chosen = undefined;
    for (const answer of this.held.splice(0)) answer();
  }

  async close(): Promise<void> {
    this.release();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(asked: Review["request"], answer: () => void): void {
    this.seen += 1;
    const write: Write = {
      operation: asked.operation,
      kind: asked.kind.kind,
      namespace: asked.namespace ?? "",
      name: asked.name ?? asked.object?.metadata?.name ?? "",
    };
    if (asked.dryRun === true || this.chosen?.(write) !== true) {
      answer();
      return;
    }
    this.held.push(answer);
    this.reached?.(write);
  }
}
