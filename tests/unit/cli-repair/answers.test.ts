import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { ask } from "../../../cli/repair/agree";
import { mustBePending } from "../../../cli/repair/answers";
import { withLocksExplained } from "../../../cli/repair/locked";
import { mendAll } from "../../../cli/repair/repair";
import { deployment, pending, resource } from "./support";

describe("repair: answers and refusals", () => {
  it("takes an answer to each interrupted creation, and names those that wait for one", () => {
    const odd = resource("odd:index:Thing", "odd");
    const key = resource("tls:index/privateKey:PrivateKey", "key");
    const state = deployment([], [pending("creating", odd), pending("creating", key)]);
    mustBePending(state, [
      { option: "--clear", urn: odd.urn },
      { option: "--id", urn: key.urn },
    ]);
    const slip = { option: "--id" as const, urn: `${odd.urn}-slip` };
    assert.throws(() => mustBePending(state, [slip]), {
      message: `--id: got "${slip.urn}", of which no creation was interrupted.\nThese wait for an answer: ${odd.urn}.`,
    });
    const updating = deployment([odd], [pending("updating", odd)]);
    assert.throws(() => mustBePending(updating, [{ option: "--clear", urn: odd.urn }]), /No creation waits/);
  });

  it("explains the refusal of a mend whose lock somebody took meanwhile", async () => {
    const finding = { kind: "pending-create", what: "x", cause: "y", fix: "z" };
    const refused = "error: created by ada@elsewhere.example (pid 42) at 2026-01-02T03:04:05Z";
    const mend = (): Promise<string> => Promise.reject(new Error(refused));
    const outcomes = await mendAll(
      [{ finding, mend }],
      () => undefined,
      (error) => withLocksExplained("eastus", error),
    );
    assert.match(outcomes[0]?.detail ?? "", /Stack eastus is locked by ada@.*another machine/);
  });

  it("explains the refusal of a backend that does not say who holds the lock", () => {
    const said = "error: [409] Conflict: Another update is currently in progress.";
    const explained = withLocksExplained("eastus", new Error(said)).message;
    assert.match(
      explained,
      /Conflict.*\nAn update of stack eastus is under way.*pulumi cancel --yes --stack eastus$/,
    );
    assert.equal(withLocksExplained("eastus", new Error("other")).message, "other");
  });

  it("asks, takes the end of the terminal for no, and lets a signal end the question", async () => {
    const answered = (text: string): Promise<boolean> => {
      const input = new PassThrough();
      input.end(text);
      return ask("Repair?", new AbortController().signal, input, new PassThrough());
    };
    assert.equal(await answered("y\n"), true);
    assert.equal(await answered("no\n"), false);
    assert.equal(await answered(""), false);
    const controller = new AbortController();
    const open = ask("Repair?", controller.signal, new PassThrough(), new PassThrough());
    controller.abort();
    await assert.rejects(open, { name: "AbortError" });
  });
});
