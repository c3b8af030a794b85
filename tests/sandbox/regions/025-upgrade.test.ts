import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { execute } from "../../support/kube";
import { planned, pulumi, type PlannedStep } from "../../support/pulumi";
import { sharedStanding } from "../../support/standing";
import { fill, scrub, withResources, type StackExport } from "../../support/state-fixture";
import {
  allowedChanges,
  fixtureNames,
  fixtureStacks,
  fixtureText,
  parseFixture,
} from "../../support/state-fixtures";
import { sandboxMarks } from "../../support/state-marks";

const { context } = sharedStanding();
const root = path.join(__dirname, "..", "..", "..");

async function exported(stack: string): Promise<StackExport> {
  const done = await pulumi(context, stack, ["stack", "export"]);
  assert.equal(done.code, 0, done.stderr);
  return JSON.parse(done.stdout) as StackExport;
}

async function imported(stack: string, state: StackExport): Promise<void> {
  const done = await execute(context, "pulumi", ["stack", "import", "--stack", stack], state);
  assert.equal(done.code, 0, done.stderr);
}

/** Lays the state that an earlier program wrote over the standing stack. */
async function layOver(stack: string, text: string, standing: StackExport): Promise<void> {
  const filled = fill(parseFixture(text), standing, sandboxMarks(context, stack));
  await imported(stack, withResources(standing, filled));
}

/**
 * Takes out what today's program makes and the earlier one did not: that one's state would not know it, and to
 * make it would find it standing.
 */
async function takeOutNewer(stack: string, text: string, standing: StackExport): Promise<StackExport> {
  const known = new Set(parseFixture(text).map(({ urn }) => urn));
  const newer = (standing.deployment.resources ?? []).filter(
    ({ custom, type, urn, aliases = [] }) =>
      custom === true && !type.startsWith("pulumi:") && ![urn, ...aliases].some((name) => known.has(name)),
  );
  if (newer.length === 0) return standing;
  const targets = newer.flatMap(({ urn }) => ["--target", urn]);
  const done = await pulumi(context, stack, ["destroy", "--yes", "--skip-preview", ...targets]);
  assert.equal(done.code, 0, done.stdout + done.stderr);
  return exported(stack);
}

/** The steps that are not updates, by operation, each as `Type name`. */
function identityChanges(steps: readonly PlannedStep[]): Record<"create" | "delete" | "replace", string[]> {
  const named = (...ops: string[]): string[] => [
    ...new Set(steps.filter(({ op }) => ops.includes(op)).map(({ kind, name }) => `${kind} ${name}`)),
  ];
  return {
    create: named("create"),
    delete: named("delete"),
    replace: named("replace", "create-replacement", "delete-replaced"),
  };
}

/** What the earlier programs ran; what a later default brings besides is no matter of identities. */
const APPLICATIONS = { stack: "eastus", setting: "global-mesh:applications", value: '["ai-agent"]' } as const;

describe("upgrade of the program", () => {
  const originals = new Map<string, StackExport>();
  const upgraded = new Set<string>();

  async function configured(...args: string[]): Promise<void> {
    const done = await pulumi(context, APPLICATIONS.stack, ["config", ...args]);
    assert.equal(done.code, 0, done.stderr);
    await context.workspace.up(APPLICATIONS.stack);
  }

  before("the applications of the earlier programs", () =>
    configured("set", APPLICATIONS.setting, APPLICATIONS.value),
  );
  after("all applications again", () => configured("rm", APPLICATIONS.setting));

  afterEach("a stack that was not upgraded gets its state back", async () => {
    for (const [stack, state] of originals) if (!upgraded.has(stack)) await imported(stack, state);
    originals.clear();
    upgraded.clear();
  });

  for (const name of fixtureNames()) {
    const allowed = allowedChanges(name);

    for (const stack of fixtureStacks(name)) {
      it(`from ${name} replaces nothing in ${stack} and ends with no changes`, async () => {
        const text = fixtureText(name, stack);
        const standing = await exported(stack);
        originals.set(stack, standing);
        await layOver(stack, text, await takeOutNewer(stack, text, standing));

        const steps = await planned(context, stack);
        const changes = identityChanges(steps);
        const updates = steps.filter(({ op }) => op === "update").length;
        console.log(
          `      from ${name}, ${stack}: ${parseFixture(text).length} resources, ${changes.replace.length} replaced, ` +
            `${changes.create.length} created, ${changes.delete.length} deleted, ${updates} updated`,
        );
        for (const op of ["create", "delete", "replace"] as const) {
          const unlisted = changes[op].filter((resource) => !Object.hasOwn(allowed[op], resource));
          assert.deepEqual(unlisted, [], `${op}: an alias is missing, or an entry in changes.json`);
        }

        await context.workspace.up(stack);
        upgraded.add(stack);
        assert.deepEqual(urns(await exported(stack)), urns(standing));
        const again = await pulumi(context, stack, ["preview", "--expect-no-changes"]);
        assert.equal(again.code, 0, again.stdout + again.stderr);
      });
    }

    it(`from ${name} has each replacement listed under "Identity changes" in the changelog`, () => {
      const changelog = readFileSync(path.join(root, "CHANGELOG.md"), "utf8");
      const sections = changelog.split(/^#+ /m).filter((section) => section.startsWith("Identity changes"));
      for (const resource of Object.keys(allowed.replace)) {
        assert.ok(sections.join().includes(resource), `${resource} is not in CHANGELOG.md`);
      }
    });
  }

  it("would notice another logical name, another type token and another parent", async () => {
    const stack = "eastus";
    const standing = await exported(stack);
    originals.set(stack, standing);
    const text = JSON.stringify({ resources: scrub(standing, sandboxMarks(context, stack)) });
    const other = text
      .replaceAll("::production/VirtualService/ai-agent", "::production/VirtualService/assistant")
      .replaceAll(
        "kubernetes:security.istio.io/v1:AuthorizationPolicy",
        "kubernetes:security.istio.io/v1beta1:AuthorizationPolicy",
      )
      .replaceAll(
        "global-mesh:link:Reader$kubernetes:core/v1:ServiceAccount",
        "kubernetes:core/v1:ServiceAccount",
      );
    await layOver(stack, other, standing);
    const noticed = [
      "AuthorizationPolicy production/AuthorizationPolicy/ai-agent-policy",
      "ServiceAccount reader-account",
    ];
    const { create, delete: deleted } = identityChanges(await planned(context, stack));
    assert.deepEqual(create.toSorted(), [...noticed, "VirtualService production/VirtualService/ai-agent"]);
    assert.deepEqual(deleted.toSorted(), [...noticed, "VirtualService production/VirtualService/assistant"]);
  });
});

function urns(state: StackExport): string[] {
  return (state.deployment.resources ?? []).map(({ urn }) => urn).toSorted();
}
