import { absent, outcome, unasked, type Fault, type Outcome } from "../check";
import type { RegionWanted } from "../facts";
import { isAnswered, type NobodyThere, type RequestAnswer, type RequestAnswers } from "../requests/answer";
import { TEST_APPLICATION } from "../requests/application";
import type { SandboxWays } from "../sandbox";

/** What came of one region's requests, or why none were sent. */
export type SentRequests =
  | { readonly answers: RequestAnswers }
  | { readonly broken: Pick<Fault, "cause" | "fix"> }
  | { readonly failed: string };

/** What runs behind the test application, for whoever has nothing of their own. */
export const WORKLOADS = "catalog/cross-cluster-test/workloads.yaml";

const DEPLOY = `deploy its workloads (kubectl apply -f ${WORKLOADS}, or your own: docs/verify.md#requests), or leave test requests out: --skip requests`;

/**
 * Whether requests from a region are answered in each region that they are sent to.
 * @param mesh every region, by name.
 * @param sent absent where no requests were to be sent.
 * @param sandbox absent where the mesh stands in none.
 */
export function judgeRequests(
  wanted: RegionWanted,
  mesh: ReadonlyMap<string, RegionWanted>,
  sent: SentRequests | undefined,
  sandbox?: Pick<SandboxWays, "up">,
): Outcome {
  const { name, tests } = wanted;
  if (sent === undefined) return absent("not asked");
  if (tests !== "runs") return outcome("no test application", [missing(name, tests, waysTo(mesh, sandbox))]);
  if ("failed" in sent) return unasked(sent.failed);
  if ("broken" in sent) return outcome("not sent", [{ what: `test requests from ${name}`, ...sent.broken }]);
  const { deploy } = waysTo(mesh, sandbox);
  const found = [...sent.answers].map(([to, answer]) => {
    const said =
      "simulated" in answer
        ? nobody(answer.simulated, deploy)
        : explain(wanted, mesh.get(to)?.controlPlane ?? to, to, answer);
    return { to, answer, said };
  });
  const broken = found.flatMap(({ to, said }) => (said === undefined ? [] : [{ to, ...said }]));
  const notes = found.flatMap(({ to, answer, said }) =>
    said === undefined && "retries" in answer && answer.retries > 0
      ? [`request ${name} → ${to} was answered at try ${answer.retries + 1} only`]
      : [],
  );
  return outcome(
    `${found.length - broken.length} of ${found.length} answered`,
    together(name, broken),
    notes,
  );
}

/** What to do for workloads that answer. */
interface Ways {
  /** Where nothing of the application is wanted yet. */
  readonly choose: string;
  /** Where it is wanted, and nobody is there. */
  readonly deploy: string;
}

/** A sandbox brings workloads by itself, and has applications of its own choice beside those of the settings. */
function waysTo(mesh: ReadonlyMap<string, RegionWanted>, sandbox: Pick<SandboxWays, "up"> | undefined): Ways {
  if (sandbox === undefined)
    return {
      choose: `add ${TEST_APPLICATION} to global-mesh:applications in Pulumi.yaml, pulumi up, ${DEPLOY}`,
      deploy: DEPLOY,
    };
  const running = [...mesh.values()].flatMap(({ applications }) => applications);
  const all = [...new Set([...running, TEST_APPLICATION])].join(" ");
  return {
    choose: `${sandbox.up} --app ${all}, or leave test requests out: --skip requests`,
    deploy: `${sandbox.up} brings its workloads, unless the sandbox was started with --no-proxies or somebody scaled them down; or leave test requests out: --skip requests`,
  };
}

function missing(
  region: string,
  tests: Exclude<RegionWanted["tests"], "runs">,
  { choose, deploy }: Ways,
): Fault {
  const what = `test application ${TEST_APPLICATION} in ${region}`;
  switch (tests) {
    case "unknown":
      return {
        what,
        cause: `the catalog has no application ${TEST_APPLICATION} with a service that says regionHeader`,
        fix: "take it over from catalog/cross-cluster-test, or leave test requests out: --skip requests",
      };
    case "unchosen":
      return {
        what,
        cause: `it is not among global-mesh:applications, so nothing there answers test requests`,
        fix: choose,
      };
    case "unbound":
      return {
        what,
        cause: "no binding gives it to the region",
        fix: `give the region the labels that its binding in catalog/index.ts asks for, pulumi up, ${deploy}`,
      };
  }
}

type Answer = RequestAnswers extends ReadonlyMap<string, infer Answer> ? Answer : never;
type Said = Pick<Fault, "cause" | "fix">;

/** One fault for all regions of which the same is to be said. */
function together(from: string, broken: readonly (Said & { readonly to: string })[]): readonly Fault[] {
  const same = new Map<string, { said: Said; to: string[] }>();
  for (const { to, cause, fix } of broken) {
    const key = JSON.stringify([cause, fix]);
    const known = same.get(key) ?? { said: { cause, fix }, to: [] };
    known.to.push(to);
    same.set(key, known);
  }
  return [...same.values()].map(({ said, to }) => ({ what: `request ${from} → ${to.join(", ")}`, ...said }));
}

/**
 * Why a request was not answered where it should have been.
 * @param governor region whose istiod rules the proxies of `to`.
 */
function explain(
  wanted: RegionWanted,
  governor: string,
  to: string,
  answer: Exclude<Answer, NobodyThere>,
): Said | undefined {
  if ("failed" in answer) return { cause: answer.failed, fix: "see docs/verify.md#requests" };
  if (!isAnswered(answer)) return unanswered(wanted, answer);
  const { status, region } = answer;
  // What the caller's own proxy says, as 503 where it knows nobody, names no region. A refusal is the other side's.
  if (status >= 400 && (status !== 403 || region === to)) return refused(wanted, governor, to, answer);
  if (region === to) return undefined;
  return {
    cause:
      region === ""
        ? `HTTP ${status}, but by no route of a region: any of them may have answered`
        : `HTTP ${status}, but by the route of ${region}`,
    fix: `see that the VirtualService of the test application stands as the catalog has it: pulumi up --refresh --stack ${wanted.controlPlane}`,
  };
}

function nobody(simulated: number, deploy: string): Said {
  const aside =
    simulated === 0
      ? ""
      : ` (${simulated} of its pods ${simulated === 1 ? "has" : "have"} no process behind ${simulated === 1 ? "it" : "them"}, as in a sandbox without proxies)`;
  return { cause: `no workload of the test application is ready there${aside}`, fix: deploy };
}

/** Without an HTTP answer: by curl's exit code. */
function unanswered({ name }: RegionWanted, { exitCode, words }: RequestAnswer): Said {
  switch (exitCode) {
    case 6:
      return {
        cause: `the proxy of ${name} knows no such name: ${words}`,
        fix: `see that the ServiceEntry stands in ${name}, and that DNS capture is on (ISTIO_META_DNS_CAPTURE)`,
      };
    case 28:
      return { cause: `no answer in time: ${words}`, fix: NETWORK };
    default:
      return {
        cause: `the connection failed: ${words} (curl ${exitCode})`,
        fix: `see the log of istio-proxy in ${name}; ${NETWORK}`,
      };
  }
}

const NETWORK =
  "see that the pods of the two regions reach each other: peering, network policies, the east-west gateway's port 15443 (docs/azure.md)";

/** An HTTP answer that says no: by its status, and by what Envoy says in its body. */
function refused(
  { name, controlPlane }: RegionWanted,
  governor: string,
  to: string,
  { status, words }: RequestAnswer,
): Said {
  const said = `HTTP ${status}${words === "" ? "" : `: ${words}`}`;
  if (status === 403)
    return {
      cause: `${said}: the access rule of the test application in ${to} does not let its client in, or does not know it by its identity`,
      fix: `pulumi up --refresh --stack ${governor}; all regions need one trustDomain, and the proxies certificates of one root`,
    };
  if (/TLS|SSL|CERTIFICATE/i.test(words))
    return {
      cause: `${said}: the two sides do not trust each other's certificates`,
      fix: `see what check root says of ${name} and ${to} (docs/trust.md)`,
    };
  if (/no healthy upstream/.test(words))
    return {
      cause: `${said}: the proxy of ${name} knows no workload of the test application in ${to}`,
      fix: `see what checks links and sync say of ${controlPlane}; the nodes of ${to} need the label topology.kubernetes.io/region=${to}`,
    };
  if (status === 404)
    return {
      cause: `${said}: no route leads there, or the workload does not answer GET /`,
      fix: `pulumi up --refresh --stack ${controlPlane}; the workload has to answer GET / with a status below 400`,
    };
  // Envoy says the same of a port that refuses and of a handshake that fails.
  if (/remote connection failure/.test(words))
    return {
      cause: `${said}: no connection to ${to} comes about, or the two sides do not trust each other's certificates`,
      fix: `see what check root says of ${name} and ${to}; where it holds, ${NETWORK}`,
    };
  if (status === 504 || /timeout|connect|reset|refused/i.test(words))
    return { cause: `${said}: the connection to ${to} does not come about`, fix: NETWORK };
  return {
    cause: said,
    fix: `the workload has to answer GET / with a status below 400; compare istioctl proxy-config endpoints in ${name}`,
  };
}
