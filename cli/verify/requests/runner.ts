import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isNotFound, type KubeClient, type KubeObject } from "../../../sandbox/kube";
import { readAnswer, type RequestAnswers } from "./answer";
import type { TestApplication } from "./application";
import { containerName, DEADLINE_SECONDS, JOB_LABELS, requestJob } from "./job";
import {
  containerStatuses,
  hopeless,
  jobEnd,
  lastWords,
  warnings,
  whyFailed,
  whyNotDone,
  type RequestPod,
  type Terminated,
} from "./pod";

/** What of an API server's client is used. */
export type JobClient = Pick<KubeClient, "create" | "delete" | "get" | "list">;

/** What is to be sent from one region. */
export interface RequestOrder {
  /** The cluster that sends. */
  readonly client: JobClient;
  readonly from: string;
  /** Regions that are to answer. */
  readonly to: readonly string[];
  readonly tests: TestApplication;
  /** Says what is waited for. */
  readonly report: (words: string) => void;
  /** Says what breaks nothing and is worth a look. */
  readonly note: (words: string) => void;
  readonly signal: AbortSignal;
}

/** Sends test requests from inside the mesh. */
export interface RequestRunner {
  /** @throws NothingSentError where the cluster did not run them. */
  send(order: RequestOrder): Promise<RequestAnswers>;
}

/** Nothing was sent, for a reason that somebody can mend. */
export class NothingSentError extends Error {
  override readonly name = "NothingSentError";

  constructor(
    message: string,
    /** What to do. */
    readonly fix: string,
  ) {
    super(message);
  }
}

/** Less than the Job's own deadline, at which its pods are deleted and their words are lost. */
const WAIT_SECONDS = DEADLINE_SECONDS - 30;
const POLL_MS = 1_000;
/** The status of a pod holds 12 KB of last words over all its containers. */
const MOST_TARGETS = 8;

/** Sends requests by a Job in the cluster, which is deleted again whatever comes of it. */
export class JobRunner implements RequestRunner {
  constructor(
    /** Image with curl 8.3 or later. */
    private readonly image: string,
    private readonly waitSeconds: number = WAIT_SECONDS,
  ) {}

  async send(order: RequestOrder): Promise<RequestAnswers> {
    const answers = new Map<string, ReturnType<RequestAnswers["get"]> & object>();
    await this.prepare(order);
    for (let index = 0; index < order.to.length; index += MOST_TARGETS) {
      const to = order.to.slice(index, index + MOST_TARGETS);
      for (const [region, answer] of await this.run({ ...order, to })) answers.set(region, answer);
    }
    return answers;
  }

  /** Removes what killed commands left, and sees that a pod can be made. */
  private async prepare({ client, from, tests, signal }: RequestOrder): Promise<void> {
    const { namespace, client: sender } = tests;
    const labelSelector = Object.entries(JOB_LABELS)
      .map(([name, value]) => `${name}=${value}`)
      .join(",");
    const known = await client.list({ ...JOB, namespace, labelSelector });
    for (const { metadata } of known.filter(isLeft)) await remove(client, namespace, metadata.name);
    signal.throwIfAborted();
    const account = { apiVersion: "v1", kind: "ServiceAccount", namespace, name: sender.serviceAccount };
    if ((await client.get(account)) !== undefined) return;
    throw new NothingSentError(
      `there is no service account ${namespace}/${sender.serviceAccount} in ${from}, as which the requests are to be sent`,
      `deploy the test application with its service accounts, or kubectl -n ${namespace} create serviceaccount ${sender.serviceAccount}`,
    );
  }

  private async run(order: RequestOrder): Promise<RequestAnswers> {
    const { client, from, tests, to, note, signal } = order;
    const { namespace } = tests;
    const name = `mesh-verify-${randomBytes(4).toString("hex")}`;
    try {
      const job = requestJob({ name, tests, image: this.image, to });
      await client.create(job, { fieldManager: "mesh-verify", signal });
      return answersOf(await this.finished(name, order), order);
    } finally {
      // With no signal: the Job goes after Ctrl-C, too.
      await remove(client, namespace, name).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        note(`Job ${namespace}/${name} in ${from} was not deleted; it ends and goes by itself: ${why}`);
      });
    }
  }

  /** The Job's pod when all its requests were sent. */
  private async finished(name: string, order: RequestOrder): Promise<RequestPod> {
    const { client, from, to, tests, report, signal } = order;
    const { namespace } = tests;
    const end = Date.now() + this.waitSeconds * 1000;
    const labelSelector = `batch.kubernetes.io/job-name=${name}`;
    for (;;) {
      const [pod] = (await client.list({ ...POD, namespace, labelSelector })) as RequestPod[];
      if (pod !== undefined && to.every((region) => isDone(pod, region))) return pod;
      signal.throwIfAborted();
      const late = Date.now() >= end;
      const why = pod === undefined ? await jobEnd(client, namespace, name) : hopeless(pod);
      const refused = pod === undefined ? await warnings(client, namespace, name) : [];
      if (late || why !== undefined || refused.length > 0) {
        const said = pod === undefined ? refused : await warnings(client, namespace, pod.metadata.name);
        const waited = late ? ` within ${this.waitSeconds} s` : "";
        const causes = [why ?? (pod === undefined ? undefined : whyNotDone(pod)), ...said.slice(-2)];
        throw new NothingSentError(
          `the pod of Job ${namespace}/${name} in ${from} did not send them${waited}: ${causes.filter((one) => one !== undefined).join("; ") || "it was not made"}`,
          fixOf(causes.join(" "), this.image),
        );
      }
      report(`${from}: ${pod === undefined ? "its pod is being made" : whyNotDone(pod)}`);
      await sleep(POLL_MS, undefined, { signal });
    }
  }
}

const JOB = { apiVersion: "batch/v1", kind: "Job" } as const;
const POD = { apiVersion: "v1", kind: "Pod" } as const;

function isDone(pod: RequestPod, region: string): boolean {
  return lastWords(pod, containerName(region)) !== undefined;
}

/** Whether nobody waits for a Job any more. One that has ended may still be read by another run, and goes by itself. */
function isLeft({ metadata }: KubeObject): boolean {
  const made = Date.parse(metadata.creationTimestamp ?? "");
  return Date.now() - made > DEADLINE_SECONDS * 1000;
}

async function remove(client: JobClient, namespace: string, name: string): Promise<void> {
  await client
    .delete({ ...JOB, namespace, name }, { propagationPolicy: "Background" })
    .catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
}

function answersOf(pod: RequestPod, { to, from, tests }: RequestOrder): RequestAnswers {
  const names = containerStatuses(pod).map(({ name }) => name);
  if (!names.includes("istio-proxy"))
    throw new NothingSentError(
      `the pod that was to send them in ${from} got no proxy`,
      `see that namespace ${tests.namespace} has the label of injection: pulumi up --refresh --stack ${from}; and that istiod's webhook stands, which Helm made (docs/verify.md#control-plane)`,
    );
  return new Map(
    to.map((region) => {
      const ended = lastWords(pod, containerName(region));
      return [region, readAnswer(ended?.message ?? "") ?? { failed: wordless(pod, ended) }] as const;
    }),
  );
}

/** Exit codes above are those of signals; the others are curl's, or of a container that did not start. */
const LAST_OWN_EXIT_CODE = 128;

/** Why a container said nothing that is known. */
function wordless(pod: RequestPod, ended: Terminated | undefined): string {
  const { exitCode, reason } = ended ?? {};
  if (exitCode === undefined || exitCode <= LAST_OWN_EXIT_CODE)
    return `curl ended with ${exitCode ?? "no"} and said nothing that is known: its image needs curl 8.3 or later (--request-image)`;
  const why = [whyFailed(pod), reason].find((one) => one !== undefined && one !== "Error");
  return `its container was killed with exit code ${exitCode}${why === undefined ? "" : `: ${why}`}`;
}

/** What the API server says of a pod when it gets no answer from the webhook that puts proxies into pods. */
const INJECTOR = /failed calling webhook "[^"]*sidecar-injector\.istio\.io"/;

function fixOf(causes: string, image: string): string {
  if (INJECTOR.test(causes))
    return "istiod's injector does not answer, without which no pod is made there: see what check controlPlane says";
  if (/NoPlaceForProxy/.test(causes))
    return "a sandbox runs 16 proxies at once: take out an application (npx mesh sandbox up --app …) or a region of the table, or --skip requests";
  if (/Image/.test(causes)) return `the nodes have to reach ${image}; name a copy of it with --request-image`;
  if (/istio-proxy/.test(causes))
    return "its proxy does not become ready: see what checks controlPlane and proxies say";
  return "mend what the cluster says of the pod, or leave test requests out with --skip requests";
}
