import { z } from "zod";

/** Where a rule comes from. */
export interface Source {
  /** The document and the number in it, as `CIS AKS 1.7, 5.4.1`. */
  readonly title: string;
  readonly url: string;
}

/** One resource as a rule sees it: plain data, in which a value that is not known yet is UNKNOWN. */
export interface Subject {
  /** Token without API version: `azure-native:containerservice:ManagedCluster`. */
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/** How hard a violation is: `mandatory` stops the update, `advisory` warns. */
export type Level = "mandatory" | "advisory";

/** What every rule says of itself. */
interface RuleBase<S extends z.ZodObject> {
  /** Kebab-case; what the policy config file names. */
  readonly id: string;
  /** What must hold, one sentence. */
  readonly title: string;
  /** What goes wrong otherwise. */
  readonly why: string;
  /** What to change. */
  readonly fix: string;
  readonly sources: readonly Source[];
  readonly level: Level;
  /** Every key with a default and a description. @default no settings */
  readonly settings?: S;
}

/** A rule over one resource, judged before the resource is changed. */
export interface ResourceRule<S extends z.ZodObject = z.ZodObject> extends RuleBase<S> {
  readonly scope: "resource";
  /** Tokens without API version. */
  readonly types: readonly string[];
  /** One message per violation: the property's path, the value got, what is allowed. */
  check(subject: Subject, settings: z.infer<S>): readonly string[] | Promise<readonly string[]>;
}

/** A rule over all resources of a stack, judged once all are known. */
export interface StackRule<S extends z.ZodObject = z.ZodObject> extends RuleBase<S> {
  readonly scope: "stack";
  /** One message per violation; it names the resource. */
  check(subjects: readonly Subject[], settings: z.infer<S>): readonly string[];
}

/** Settings as a policy config file gives them, before the rule's own schema has read them. */
export type GivenSettings = Readonly<Record<string, unknown>>;

type Erased = Omit<RuleBase<z.ZodObject>, "settings"> & {
  /** The rule's own settings and those that every rule takes. */
  readonly settings: z.ZodObject;
};

/** A rule as the pack runs it: it reads its settings itself, so that rules with different ones make one list. */
export type Rule =
  | (Erased & {
      readonly scope: "resource";
      readonly types: readonly string[];
      readonly check: (subject: Subject, given?: GivenSettings) => Promise<readonly string[]>;
    })
  | (Erased & {
      readonly scope: "stack";
      readonly check: (subjects: readonly Subject[], given?: GivenSettings) => readonly string[];
    });

/** What every rule takes beside its own settings. */
const COMMON = {
  except: z
    .array(z.string())
    .default([])
    .describe("Logical names of resources that the rule does not look at; say in a comment why."),
};

/** Makes a rule; the types of `check`'s settings follow from the schema. */
export function defineRule<S extends z.ZodObject = z.ZodObject>(rule: ResourceRule<S> | StackRule<S>): Rule {
  const { id, title, why, fix, sources, level } = rule;
  const settings = z.strictObject({ ...rule.settings?.shape, ...COMMON });
  const read = (given: GivenSettings = {}) => {
    const { except, ...own } = readSettings(id, settings, given);
    return { own: own as z.infer<S>, isExcepted: ({ name }: Subject) => (except as string[]).includes(name) };
  };
  const said = { id, title, why: sentence(why), fix: sentence(fix), sources, level, settings };
  if (rule.scope === "resource") {
    const check = async (subject: Subject, given?: GivenSettings) => {
      const { own, isExcepted } = read(given);
      return isExcepted(subject) ? [] : rule.check(subject, own);
    };
    return { ...said, scope: rule.scope, types: rule.types, check };
  }
  const check = (subjects: readonly Subject[], given?: GivenSettings) => {
    const { own, isExcepted } = read(given);
    return rule.check(
      subjects.filter((subject) => !isExcepted(subject)),
      own,
    );
  };
  return { ...said, scope: rule.scope, check };
}

/** With a full stop, however the rule is written: reasons and fixes stand beside other sentences. */
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function readSettings(id: string, schema: z.ZodObject, given: GivenSettings): Record<string, unknown> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${[id, ...issue.path].join(".")}: ${issue.message}`);
  throw new Error(
    `The policy config file is not right. ${faults.join("; ")}. docs/guardrails.md lists what may stand.`,
  );
}
