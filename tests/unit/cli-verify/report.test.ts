import assert from "node:assert/strict";
import pc from "picocolors";
import {
  absent,
  CHECK_NAMES,
  outcome,
  unasked,
  type CheckName,
  type Outcome,
} from "../../../cli/verify/check";
import type { Outcomes } from "../../../cli/verify/judge";
import {
  exitCodeOf,
  isUnreached,
  renderVerify,
  reportOf,
  type VerifyReport,
} from "../../../cli/verify/report";

const FAULT = { what: "link eastus → westeurope", cause: "it is gone", fix: "pulumi up" };
const PLAIN = pc.createColors(false);

function outcomes(change: Partial<Record<CheckName, Outcome>> = {}): Outcomes {
  const all = CHECK_NAMES.map((check) => [check, change[check] ?? outcome("fine", [])] as const);
  return Object.fromEntries(all) as unknown as Outcomes;
}

function report(change: Partial<Record<CheckName, Outcome>> = {}): VerifyReport {
  return reportOf({ regions: new Map([["eastus", outcomes(change)]]), leaving: ["uksouth"], seconds: 1.25 });
}

describe("the report of mesh verify", () => {
  it("ends with 0 only where all holds, with 1 for a fault, and with 2 for what nobody knows", () => {
    assert.equal(exitCodeOf(report()), 0);
    assert.equal(exitCodeOf(report({ requests: absent("not asked") })), 0);
    assert.equal(exitCodeOf(report({ sync: unasked("no right") })), 2);
    assert.equal(exitCodeOf(report({ sync: unasked("no right"), links: outcome("0 of 1", [FAULT]) })), 1);
    assert.equal(report({ sync: unasked("no right") }).holds, false);
  });

  it("names each fault with cause, fix and the guide's section", () => {
    const found = report({ sync: outcome("0 of 1", [FAULT]) });
    assert.deepEqual(found.faults, [
      { check: "sync", scope: "eastus", ...FAULT, docs: "docs/verify.md#remote-clusters" },
    ]);
    const text = renderVerify(found, PLAIN);
    assert.match(text, /remote clusters │ ✖ 0 of 1/);
    assert.match(text, /1\. link eastus → westeurope \[sync\]\n {3}it is gone\n {3}→ pulumi up/);
    assert.match(text, /1 fault \(1\.3 s\)\.$/);
  });

  it("says one reason once, however much it kept from being asked", () => {
    const text = renderVerify(report({ sync: unasked("no right"), pushes: unasked("no right") }), PLAIN);
    assert.match(text, /Could not be asked: eastus sync, eastus pushes: no right\n/);
    assert.match(text, /2 checks could not be asked/);
  });

  it("ends with another mesh that may be meant, where no cluster could be asked", () => {
    const open = report({ reach: unasked("no pulumi") });
    assert.equal(isUnreached(open), true);
    assert.equal(isUnreached(report({ sync: unasked("no right") })), false);
    assert.match(renderVerify({ ...open, hint: "A sandbox stands." }, PLAIN), /s\)\.\nA sandbox stands\.$/);
  });

  it("says what it did not ask of whom", () => {
    assert.match(
      renderVerify(report({ analysis: outcome("1 note", [], ["a note"]) }), PLAIN),
      /Note: a note\nNote: uksouth is leaving/,
    );
  });
});
