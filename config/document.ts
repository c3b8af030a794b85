import { z } from "zod";

/** What a person is told about a setting, in docs/settings.md and in errors. */
export interface SettingDoc {
  /** What the setting is for, with the reason of its default. */
  readonly description: string;
  /** Which values are accepted, as the end of the sentence "allowed is …". */
  readonly allowed: string;
  /** How a wrong value is usually put right. */
  readonly fix?: string;
}

const settingDocs = z.registry<SettingDoc>();

/** A copy of a schema with the documentation of one setting; a copy, because two settings may share a schema. */
export function setting<S extends z.ZodType>(schema: S, doc: SettingDoc): S {
  const own = schema.clone();
  settingDocs.add(own, doc);
  return own;
}

/** The documentation of a schema, or undefined for one that is only a part of a setting. */
export function docOf(schema: z.core.$ZodType): SettingDoc | undefined {
  return settingDocs.get(schema);
}
