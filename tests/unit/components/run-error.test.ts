import assert from "node:assert/strict";
import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { forUser, forUserSync } from "../../../components/internal/run-error";
import { CatalogError, FaultError } from "../../../istio/rules/fault";

async function caught(error: unknown): Promise<Error> {
  try {
    await forUser(() => {
      throw error;
    });
  } catch (thrown) {
    return thrown as Error;
  }
  throw new Error("nothing was thrown");
}

/** The frame that Node 20 never comes to an end with; every program starts below it. */
const FRAME = "    at Stack.initialize (/x/node_modules/@pulumi/resource.ts:1598:22)";

describe("errors for the user", () => {
  it("become errors whose trace the engine hides", async () => {
    const error = await caught(new Error("say this"));
    assert.ok(pulumi.RunError.isInstance(error));
    assert.equal(error.message, "say this");
    assert.equal(error.stack, "Error: say this");
  });

  it("are those of catalog and values as well", async () => {
    const fault = { setting: "a.b", value: 90, allowed: "100", fix: "Change it" };
    for (const thrown of [new FaultError([fault]), new CatalogError([fault])]) {
      const error = await caught(thrown);
      assert.ok(pulumi.RunError.isInstance(error));
      assert.equal(error.stack, `Error: ${thrown.message}`);
    }
  });

  it("come out of an apply the same", () => {
    assert.equal(
      forUserSync(() => 1),
      1,
    );
    const thrown = (): never => {
      throw new Error("say this");
    };
    assert.throws(
      () => forUserSync(thrown),
      (error: Error) => pulumi.RunError.isInstance(error) && error.stack === "Error: say this",
    );
  });

  it("of the program itself keep their kind and our part of the trace", async () => {
    const fault = new TypeError("x is undefined");
    fault.stack = `TypeError: x is undefined\n    at build (/x/components/mesh.ts:1:2)\n${FRAME}`;
    const error = await caught(fault);
    assert.ok(error instanceof TypeError);
    assert.equal(error.stack, "TypeError: x is undefined\n    at build (/x/components/mesh.ts:1:2)");
  });

  it("can be inspected in colour, as the SDK does with each", async () => {
    const refused = new pulumi.RunError("refused");
    refused.stack = `RunError: refused\n${FRAME}`;
    assert.ok(inspect(await caught(refused), { colors: true }).length < 1_000);
  });
});
