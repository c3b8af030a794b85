import assert from "node:assert/strict";
import { catalog } from "../../../catalog";
import { judgeRequests, type SentRequests } from "../../../cli/verify/judge/requests";
import { readAnswer, type RequestAnswer, type RequestAnswers } from "../../../cli/verify/requests/answer";
import { testApplicationOf } from "../../../cli/verify/requests/application";
import { curlArgs, requestJob } from "../../../cli/verify/requests/job";
import { readOptions } from "../../../sandbox/app/curl/options";
import { writeOut } from "../../../sandbox/app/curl/write-out";
import { REMOTE, WANTED } from "./support";

const tests = testApplicationOf(catalog) ?? assert.fail("the catalog has a test application");

describe("the Job of test requests", () => {
  interface Template {
    readonly spec: {
      readonly backoffLimit: number;
      readonly activeDeadlineSeconds: number;
      readonly template: {
        readonly metadata: { readonly labels: Readonly<Record<string, string>> };
        readonly spec: {
          readonly serviceAccountName: string;
          readonly restartPolicy: string;
          readonly containers: readonly { readonly name: string; readonly image: string }[];
        };
      };
    };
  }

  it("runs as the client that the access rule names, once, and ends by itself", () => {
    const job = requestJob({ name: "j", tests, image: "registry/curl:1", to: ["eastus", "westeurope"] });
    const { spec } = job as unknown as Template;
    const { labels } = spec.template.metadata;
    const { serviceAccountName, restartPolicy, containers } = spec.template.spec;
    assert.deepEqual(
      [job.metadata.namespace, labels["app"], serviceAccountName, restartPolicy, spec.backoffLimit],
      ["cross-cluster-test", "test-client", "test-client", "Never", 0],
    );
    assert.ok(spec.activeDeadlineSeconds > 0);
    assert.deepEqual(
      containers.map(({ name, image }) => [name, image]),
      [
        ["to-eastus", "registry/curl:1"],
        ["to-westeurope", "registry/curl:1"],
      ],
    );
  });

  it("asks the catalog's host for one region", () => {
    const { url, headers, output, maxTime, retry, retryDelay = 0 } = readOptions(curlArgs("eastus", tests));
    assert.equal(url, "http://test-app.global/");
    assert.deepEqual(headers, { "x-mesh-region": "eastus" });
    assert.equal(output, "/dev/termination-log");
    assert.ok((maxTime ?? Infinity) * (retry + 1) + retry * retryDelay < 60);
  });

  it("says in its last words what came of a request", () => {
    const { writeOut: template } = readOptions(curlArgs("eastus", tests));
    const transfer = { exitcode: 0, http_code: 200, num_retries: 1, errormsg: "" };
    const [written, ...more] = writeOut(template, { ...transfer, headers: { "x-mesh-region": "eastus" } });
    assert.deepEqual(more, []);
    assert.deepEqual(written, {
      file: "/dev/termination-log",
      append: true,
      text: "\n0\t200\teastus\t1\t",
    });
    assert.deepEqual(readAnswer(`a body${written.text}`), {
      exitCode: 0,
      status: 200,
      region: "eastus",
      retries: 1,
      words: "a body",
    });
  });

  it("needs an application whose service says regionHeader", () => {
    assert.equal(testApplicationOf({ ...catalog, applications: [] }), undefined);
    const applications = catalog.applications.map((application) => ({
      ...application,
      services: application.services.map(({ regionHeader: _, ...service }) => service),
    }));
    assert.equal(testApplicationOf({ ...catalog, applications }), undefined);
  });
});

describe("the last words of curl", () => {
  const rows: readonly [string, string, RequestAnswer | undefined][] = [
    [
      "an answer with several lines, on one",
      "one\ntwo\u001b[31m\n0\t503\t\t2\t",
      { exitCode: 0, status: 503, region: "", retries: 2, words: "one two [31m" },
    ],
    [
      "no answer, in curl's words",
      "\n28\t000\t\t2\tOperation timed out",
      { exitCode: 28, status: 0, region: "", retries: 2, words: "Operation timed out" },
    ],
    [
      "a curl that does not count its tries",
      "\n63\t200\teastus\t\tMaximum file size exceeded",
      { exitCode: 63, status: 200, region: "eastus", retries: 0, words: "Maximum file size exceeded" },
    ],
    ["nothing", "", undefined],
    ["words of another program", "log file: /tmp/x.log", undefined],
    ["a version that does not know %output", "\n%output{x}\n0", undefined],
  ];
  for (const [what, message, expected] of rows)
    it(`are read: ${what}`, () => assert.deepEqual(readAnswer(message), expected));
});

describe("test requests are judged", () => {
  const mesh = new Map([
    [WANTED.name, WANTED],
    [REMOTE.name, REMOTE],
  ]);
  const answer = (change: Partial<RequestAnswer> = {}): RequestAnswer => ({
    exitCode: 0,
    status: 200,
    region: "westeurope",
    retries: 0,
    words: "",
    ...change,
  });
  const judge = (sent: SentRequests | undefined) => judgeRequests(WANTED, mesh, sent);
  const judged = (to: Parameters<typeof answers>[0]) => judge({ answers: answers(to) });
  const answers = (to: RequestAnswers extends ReadonlyMap<string, infer One> ? One : never): RequestAnswers =>
    new Map([["westeurope", to]]);

  it("as holding where each region answered by its route, however long its answer was", () => {
    for (const exitCode of [0, 63]) {
      const found = judged(answer({ exitCode }));
      assert.deepEqual(
        [found.state, found.detail, found.faults, found.notes],
        ["holds", "1 of 1 answered", [], []],
      );
    }
    assert.equal(judged(answer({ status: 302 })).state, "holds");
  });

  it("with a note where a second try was needed", () => {
    const { state, notes } = judged(answer({ retries: 1 }));
    assert.deepEqual([state, notes], ["holds", ["request eastus → westeurope was answered at try 2 only"]]);
  });

  const rows: readonly [string, Parameters<typeof judged>[0], RegExp][] = [
    [
      "403 by the access rule",
      answer({ status: 403, words: "RBAC: access denied" }),
      /access rule.*--stack eastus/,
    ],
    [
      "no endpoint by the link",
      answer({ status: 503, region: "", words: "no healthy upstream" }),
      /knows no workload.*links and sync/,
    ],
    [
      "a handshake by the root",
      answer({ status: 503, words: "reset reason: TLS_error:|CERTIFICATE_VERIFY_FAILED" }),
      /certificates.*check root.*trust\.md/,
    ],
    [
      "a connection that does not come about by the network",
      answer({ status: 503, words: "upstream connect error: connection timeout" }),
      /does not come about.*peering/,
    ],
    [
      "a handshake or a connection that fails, of which Envoy says no more, by the root and the network",
      answer({ status: 503, words: "reset before headers. reset reason: remote connection failure" }),
      /trust each other's certificates.*check root says of eastus and westeurope.*peering/,
    ],
    ["504 by the network", answer({ status: 504, words: "" }), /peering/],
    ["no answer in time by the network", answer({ exitCode: 28, status: 0 }), /no answer in time.*peering/],
    ["no such name by the ServiceEntry", answer({ exitCode: 6, status: 0 }), /no such name.*ServiceEntry/],
    [
      "a reset by the proxy",
      answer({ exitCode: 56, status: 0, words: "reset" }),
      /reset \(curl 56\).*istio-proxy/,
    ],
    ["404 by the route or the workload", answer({ status: 404 }), /no route.*GET \//],
    ["500 by the workload", answer({ status: 500, words: "oops" }), /HTTP 500: oops.*below 400/],
    [
      "no route of a region by the VirtualService",
      answer({ region: "" }),
      /by no route of a region.*VirtualService/,
    ],
    [
      "a refusal by no route of a region by the VirtualService, since nobody knows whose it is",
      answer({ status: 403, region: "", words: "RBAC: access denied" }),
      /HTTP 403, but by no route of a region.*VirtualService/,
    ],
    ["another region's route", answer({ region: "eastus" }), /by the route of eastus.*VirtualService/],
    ["an image that is not curl", { failed: "curl ended with 127" }, /127/],
    ["nobody there", { simulated: 0 }, /no workload .*ready there →.*--skip requests/],
    ["pods without processes", { simulated: 2 }, /2 of its pods have no process.*--skip requests/],
  ];
  for (const [what, sent, says] of rows)
    it(`as broken: ${what}`, () => {
      const { state, faults, detail } = judged(sent);
      assert.deepEqual([state, detail, faults.length], ["broken", "0 of 1 answered", 1]);
      assert.equal(faults[0]?.what, "request eastus → westeurope");
      assert.match(faults.map(({ cause, fix }) => `${cause} → ${fix}`).join(), says);
    });

  it("with one fault for all regions of which the same is to be said", () => {
    const nobody = { simulated: 0 };
    const { faults } = judge({
      answers: new Map([
        ["eastus", nobody],
        ["westeurope", nobody],
      ]),
    });
    assert.deepEqual(
      faults.map(({ what }) => what),
      ["request eastus → eastus, westeurope"],
    );
  });

  it("as broken where the Job did not run, as not asked where nobody knows, as absent where none was wanted", () => {
    const broken = judge({ broken: { cause: "NoPlaceForProxy", fix: "take out" } });
    assert.deepEqual([broken.state, broken.faults[0]?.what], ["broken", "test requests from eastus"]);
    assert.equal(judge({ failed: "forbidden" }).state, "unasked");
    assert.equal(judge(undefined).state, "absent");
  });

  it("by the setting where the region has no test application", () => {
    const rowsOf = {
      unknown: /regionHeader/,
      unchosen: /global-mesh:applications/,
      unbound: /binding/,
    } as const;
    for (const [state, says] of Object.entries(rowsOf)) {
      const wanted = { ...WANTED, tests: state as keyof typeof rowsOf };
      const { faults } = judgeRequests(wanted, mesh, { answers: new Map() });
      assert.match(`${faults[0]?.cause ?? ""} ${faults[0]?.fix ?? ""}`, says);
      assert.match(faults[0]?.fix ?? "", /--skip requests/);
    }
  });

  it("by what a sandbox does for its applications, where it has none that answers", () => {
    const sandbox = { up: "npx mesh sandbox up" };
    const chosen = judgeRequests({ ...WANTED, tests: "unchosen" }, mesh, { answers: new Map() }, sandbox);
    assert.match(chosen.faults[0]?.fix ?? "", /^npx mesh sandbox up --app ai-agent cross-cluster-test, or/);
    const answers = new Map([["westeurope", { simulated: 1 }]]);
    const [nobody] = judgeRequests(WANTED, mesh, { answers }, sandbox).faults;
    assert.match(nobody?.fix ?? "", /^npx mesh sandbox up brings its workloads/);
    assert.doesNotMatch(nobody?.fix ?? "", /kubectl/);
  });
});
