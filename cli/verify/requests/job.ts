import { PART_OF } from "../../../istio/model";
import type { KubeObject } from "../../../sandbox/kube";
import { WRITE_OUT_FIELDS } from "./answer";
import type { TestApplication } from "./application";

/** Image that sends the requests, unless another is asked for: any with curl 8.3 or later on its PATH. */
export const REQUEST_IMAGE = "docker.io/curlimages/curl:8.16.0";

/** Labels by which Jobs of this command are found. */
export const JOB_LABELS = {
  "app.kubernetes.io/component": "verify-requests",
  "app.kubernetes.io/part-of": PART_OF,
} as const;

/** Time for one try, in seconds. */
const MAX_TIME = 10;
const RETRIES = 2;
/** Bytes of an answer that are kept: what a proxy says of a failure is shorter, and all of it has to fit into a status. */
const KEPT_BYTES = 512;
const TERMINATION_LOG = "/dev/termination-log";
/** Nobody's, and not the proxy's, whose connections pass it by. */
const USER = 65532;

/** After so long Kubernetes ends the Job, whatever became of the command. */
export const DEADLINE_SECONDS = 180;
const KEPT_SECONDS = 60;

/** What a Job is to send. */
export interface RequestJobArgs {
  readonly name: string;
  readonly tests: TestApplication;
  readonly image: string;
  /** Regions that are to answer, a container for each. */
  readonly to: readonly string[];
}

/** Name of the container that asks a region. */
export function containerName(region: string): string {
  return `to-${region}`;
}

/**
 * A Job that sends one request to each region, as the workload that the access rule of the test application names. What
 * came of each stands in the last words of its container, so that no log has to be read.
 */
export function requestJob({ name, tests, image, to }: RequestJobArgs): KubeObject {
  const { namespace, client } = tests;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace, labels: { ...JOB_LABELS } },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: DEADLINE_SECONDS,
      ttlSecondsAfterFinished: KEPT_SECONDS,
      template: {
        metadata: { labels: { ...JOB_LABELS, app: client.app } },
        spec: {
          restartPolicy: "Never",
          serviceAccountName: client.serviceAccount,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            runAsGroup: USER,
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: to.map((region) => container(region, tests, image)),
        },
      },
    },
  };
}

function container(region: string, tests: TestApplication, image: string) {
  return {
    name: containerName(region),
    image,
    command: ["curl"],
    args: curlArgs(region, tests),
    resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  };
}

/** Args of curl 8.3 or later; the sandbox's own understands exactly these (`sandbox/app/curl/options.ts`). */
export function curlArgs(region: string, { url, header }: TestApplication): string[] {
  return [
    "--silent",
    "--show-error",
    // A cluster may give its pods the address of a proxy to the internet.
    ...["--noproxy", "*"],
    ...["--max-time", String(MAX_TIME)],
    // A proxy that has just started may lack a name or an endpoint for a moment. How often it took is told.
    ...["--retry", String(RETRIES), "--retry-delay", "1", "--retry-connrefused"],
    ...["--max-filesize", String(KEPT_BYTES)],
    ...["--header", `${header}: ${region}`],
    ...["--output", TERMINATION_LOG],
    ...["--write-out", `%output{>>${TERMINATION_LOG}}\\n${WRITE_OUT_FIELDS(header).join("\\t")}`],
    url,
  ];
}
