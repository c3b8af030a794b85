import type { PlainMap, Provider, ValueMap } from "../../../sandbox/plugins/wire";

/** What a handler was called with. */
export type Seen = Record<string, unknown>;

/** A provider that answers with what it got, notes it, and can be told otherwise. */
export function echo(overrides: Partial<Provider> = {}): { provider: Provider; seen: Seen } {
  const seen: Seen = {};
  const note = <T>(method: string, request: T): T => {
    seen[method] = request;
    return request;
  };
  const provider: Provider = {
    name: "test",
    version: "1.2.3",
    configure: (config) => Promise.resolve(void note("configure", config)),
    check: (request) => Promise.resolve({ inputs: note("check", request).news, failures: [] }),
    diff: (request) => Promise.resolve({ changed: note("diff", request).id !== "id", replaces: [] }),
    create: (request) => Promise.resolve({ id: "id", outputs: note("create", request).inputs }),
    read: (request) => {
      const { id, inputs = {}, outputs = {} } = note("read", request);
      return Promise.resolve({ id, inputs, outputs });
    },
    update: (request) => Promise.resolve({ outputs: note("update", request).news }),
    delete: (request) => Promise.resolve(void note("delete", request)),
    invoke: (_token, args) => Promise.resolve({ value: note<ValueMap>("invoke", args) }),
    ...overrides,
  };
  return { provider, seen };
}

/** The properties that a handler saw under a name. */
export function properties(seen: Seen, method: string, name: string): PlainMap {
  return (seen[method] as Record<string, PlainMap>)[name] ?? {};
}
