import { absent, outcome, type Asked, type Fault, type Outcome } from "./check";

/** Who answered a test request. */
export interface RequestAnswer {
  readonly status: number;
  /** Region of the workload that answered. */
  readonly region: string;
}

/** Sends test requests from inside the mesh. Without one, the check `requests` is not asked. */
export interface RequestRunner {
  /** Sends a request as a workload of one region to one that only another region, or the same, can answer. */
  send(pair: { readonly from: string; readonly to: string }, signal: AbortSignal): Promise<RequestAnswer>;
}

/** Answers to one region's requests by the region that they went to. */
export type RequestAnswers = ReadonlyMap<string, Asked<RequestAnswer>>;

/** Whether requests from a region are answered in each region that they are sent to. */
export function judgeRequests(from: string, answers: RequestAnswers | undefined): Outcome {
  if (answers === undefined) return absent("not asked");
  const faults = [...answers].flatMap(([to, answer]): Fault[] => {
    const cause = causeOf(to, answer);
    if (cause === undefined) return [];
    const fix = `compare what the proxy of ${from} knows: istioctl proxy-config endpoints, and link ${from} → ${to}`;
    return [{ what: `request ${from} → ${to}`, cause, fix }];
  });
  return outcome(`${answers.size - faults.length} of ${answers.size} answered`, faults);
}

function causeOf(to: string, answer: Asked<RequestAnswer>): string | undefined {
  if ("failed" in answer) return answer.failed;
  const { status, region } = answer.value;
  if (status !== 200) return `HTTP ${status}, by ${region === "" ? "no workload" : region}`;
  return region === to ? undefined : `${region} answered in place of ${to}`;
}
