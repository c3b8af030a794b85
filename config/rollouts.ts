import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { isRolloutPhase, ROLLOUT_PHASES, type RolloutPhase, type RolloutPhases } from "../topology";
import { type Fault, show } from "./faults";

/** The file of the canaries' phases, beside `Pulumi.yaml`. */
export const ROLLOUTS_FILE = "rollouts.yaml";

/** What the file says, and what is wrong with it. */
export interface ReadRollouts {
  readonly rollouts: RolloutPhases;
  readonly faults: readonly Fault[];
}

const KEY = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const PHASES = `the number of a phase: ${ROLLOUT_PHASES.join(", ")}`;

/**
 * Reads the phases of the canaries. Whether a service of that name has one is the catalog's to say.
 * @param text undefined where there is no such file.
 */
export function readRollouts(text: string | undefined): ReadRollouts {
  if (text === undefined) return refused([missing]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const syntax = document.errors.map(({ code, message, pos }) => ({
    setting: `${ROLLOUTS_FILE}:${lines.linePos(pos[0]).line}`,
    got: code === "DUPLICATE_KEY" ? "a service that stands here twice" : `no YAML: ${message}`,
    allowed: "YAML with each service once, as namespace/name: percent",
    fix: code === "DUPLICATE_KEY" ? "keep one of the two" : "correct the line",
  }));
  if (syntax.length > 0) return refused(syntax);
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return refused([]);
  if (!isMap(contents)) return refused([noTable(document.toJS())]);
  const phases: [string, RolloutPhase][] = [];
  const faults: Fault[] = [];
  for (const { key, value } of contents.items) {
    const name = isScalar(key) ? String(key.value) : show(key);
    const phase: unknown = isScalar(value) ? value.value : value;
    if (!KEY.test(name)) faults.push(noService(name));
    else if (isRolloutPhase(phase)) phases.push([name, phase]);
    else faults.push(noPhase(name, phase));
  }
  return { rollouts: Object.fromEntries(phases), faults };
}

function refused(faults: readonly Fault[]): ReadRollouts {
  return { rollouts: {}, faults };
}

/** To take a missing file for an empty one would end every rollout without a word. */
const missing: Fault = {
  setting: ROLLOUTS_FILE,
  got: "no file of that name beside Pulumi.yaml",
  allowed: "a file, which may be empty",
  fix: `restore it (git checkout ${ROLLOUTS_FILE}), or make an empty one: without it every canary would lose its requests`,
};

function noTable(value: unknown): Fault {
  return {
    setting: ROLLOUTS_FILE,
    got: show(value),
    allowed: "lines of the form namespace/name: percent, or none",
    fix: 'write it as "microservices/api-gateway: 25"',
  };
}

function noService(name: string): Fault {
  return {
    setting: ROLLOUTS_FILE,
    got: show(name),
    allowed: "a service of the catalog as namespace/name, in lower case",
    fix: 'write it as "microservices/api-gateway: 25"',
  };
}

function noPhase(name: string, phase: unknown): Fault {
  const bare = typeof phase === "string" ? phase.replace(/\s*%$/, "") : "";
  return {
    setting: `${ROLLOUTS_FILE}: ${name}`,
    got: show(phase),
    allowed: PHASES,
    fix:
      isRolloutPhase(Number(bare)) && bare !== ""
        ? `write it as a number: ${bare}`
        : "take the phase before or after it",
  };
}
