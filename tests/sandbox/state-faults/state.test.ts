import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { requireSoundStates } from "../../../cli/pulumi/state";
import { runEnvironment } from "../../../cli/sandbox/environment";
import { ProcessRegistry } from "../../../sandbox/processes";
import { pulumi } from "../../support/pulumi";
import { makeStanding, type Standing } from "../../support/standing";
import { cutOff, ids, onFullDisk, prepareGlobal, stateFile } from "./support";

describe("a state that cannot be read", () => {
  let standing: Standing;
  let file: string;
  let sound: string;

  before("bring global up, with no cluster", async () => {
    standing = makeStanding();
    await prepareGlobal(standing);
    await standing.context.workspace.up("global");
    file = stateFile(standing.context);
    sound = `${standing.context.home.root}.sound`;
    cpSync(standing.context.home.backend, sound, { recursive: true });
  });
  beforeEach("the backend as it was", () => {
    rmSync(standing.context.home.backend, { recursive: true, force: true });
    cpSync(sound, standing.context.home.backend, { recursive: true });
  });
  after(() => standing.remove());

  /** What `mesh sandbox up` says, having started nothing. */
  async function refused(): Promise<string> {
    let said = "";
    await standing.up().then(
      () => assert.fail("it came up"),
      (error: unknown) => (said = error instanceof Error ? error.message : String(error)),
    );
    assert.deepEqual(ProcessRegistry.alive(standing.context.home.processes), []);
    return said;
  }

  /** Takes the state back by exactly the command that the error names. */
  function takeBack(said: string): void {
    const command = /take it back with: (.*)$/m.exec(said)?.[1];
    assert.ok(command !== undefined, said);
    execFileSync("sh", ["-c", command]);
  }

  const damages: readonly {
    readonly title: string;
    readonly damage: () => void;
    readonly said: RegExp;
    /** What the engine makes of it by itself. */
    readonly engine: RegExp;
  }[] = [
    {
      title: "cut off",
      damage: () => cutOff(file, 5000),
      said: /global\.json: its 5000 characters are no JSON/,
      engine: /failed to load checkpoint/,
    },
    {
      title: "an empty object",
      damage: () => writeFileSync(file, "{}"),
      said: /it is JSON, but no checkpoint/,
      engine: /18 to create/,
    },
    {
      title: "gone",
      damage: () => rmSync(file),
      said: /it is gone, though the stack has a history/,
      engine: /no stack named 'global' found/,
    },
  ];

  for (const { title, damage, said, engine } of damages) {
    it(`because it is ${title} is named before anything starts, with the copy and the way back`, async () => {
      const { context } = standing;
      const before = ids(context);
      damage();
      const damaged = existsSync(file) ? readFileSync(file) : undefined;
      const preview = await pulumi(context, "global", ["preview"]);
      assert.match(preview.stdout + preview.stderr, engine);

      const error = await refused();
      assert.match(error, said);
      assert.match(
        error,
        /newest sound copy: \S+\/\.pulumi\/\S+global\S*\.json\S*, written 2\S+, 18 resources/,
      );
      assert.match(error, /Nothing was started or changed/);
      assert.deepEqual(existsSync(file) ? readFileSync(file) : undefined, damaged);

      takeBack(error);
      const up = await context.workspace.up("global");
      const twice = up.changes["create"] ?? 0;
      const after = ids(context);
      const lost = Object.keys(before).filter((urn) => after[urn] !== before[urn]).length;
      console.log(`      ${title}: lost ${lost}, twice ${twice}`);
      assert.deepEqual(up.changes, { same: 18 });
      assert.deepEqual(after, before);
    });
  }

  it("because the disk was full is named with its copy, and the next up converges", async () => {
    const { context } = standing;
    const { home } = context;
    const before = ids(context);
    // A second root: the state grows while it is written.
    standing.edit("Pulumi.yaml", "roots: [r1]", "roots: [r1, r2]");
    standing.refreshProject();
    const command = ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", "global"];
    const full = onFullDisk(home.backend, 116, file, [path.join(home.bin, "pulumi"), ...command], {
      cwd: home.project,
      env: runEnvironment(home),
    });
    assert.notEqual(full.code, 0);
    assert.match(full.output, /failed to save snapshot: .*(no space left on device|file too large)/);

    let damaged = "no file";
    try {
      requireSoundStates(home.backend);
    } catch {
      const error = await refused();
      damaged = /\.json: ([^.]*)\./.exec(error)?.[1] ?? error;
      takeBack(error);
    }
    // A killed or failed command may leave its lock; `mesh sandbox up` clears a dead one.
    const up = await context.workspace.up("global");
    const after = ids(context);
    const lost = Object.keys(before).filter((urn) => after[urn] !== before[urn]);
    const ofNewRoot = Object.keys(after).filter((urn) => urn.includes("root-r2"));
    console.log(
      `      full disk (${full.means}): damaged: ${damaged}; then ${JSON.stringify(up.changes)}: lost ${lost.length}, ` +
        `twice ${ofNewRoot.length - 2}`,
    );
    assert.deepEqual(lost, []);
    assert.equal(ofNewRoot.length, 2, ofNewRoot.join(", "));
    const again = await context.workspace.up("global");
    assert.deepEqual(Object.keys(again.changes), ["same"]);
  });
});
