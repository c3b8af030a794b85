/** Ways to lead to a path without writing it plainly, each in front of its name. */
const LEADS: readonly string[] = [
  "/",
  "//",
  "///",
  "/./",
  "/.//",
  "/x/../",
  "/x/..//",
  "/x/y/../../",
  "/%2f",
  "/%2F",
  "/%2e/",
  "/%2E%2f",
  "/x/%2e%2e/",
  "/x/%2E%2E%2F",
  "/x/..%2f",
  "/x/.%2e/",
  "/x%2f..%2f",
  "/\\",
  "\\",
  "/%5c",
  "/%5C",
  "/x\\..\\",
  "/x/..%5c",
  "/x/..%5C",
  "/;/",
  "/;a=b/",
  "/x/..;/",
  "/x/..;a=b/",
  "/.;/",
  "/x;/../",
  "/x/%2e%2e;/",
  "/x/..%3b/",
  "/x/..;%2f",
  // Escapes that only come about when others are undone.
  "/%%32f",
  "/%25%32%66",
  "/x/..%%32f",
];

/** Ways to go on after the name. */
const ENDS: readonly string[] = [
  "",
  "/",
  "//",
  "/.",
  "/./users",
  "/users",
  "//users",
  "%2fusers",
  "%2Fusers",
  "%2f",
  "\\users",
  "%5cusers",
  "%5C",
  ";",
  ";a=b",
  ";a=b/users",
  ";/users",
  "%3ba=b",
  "%3Ba",
  "/users;a",
  "/x/..",
  "/users/../x",
  "?a=b",
  "/?a=/../x",
];

/** A name in spellings that all mean it: plain, with escapes, with escapes in upper case. */
function names(name: string): readonly string[] {
  const escaped = (letter: string): string => `%${letter.charCodeAt(0).toString(16)}`;
  const [first = "", ...rest] = name;
  const end = rest.join("");
  const last = name.slice(-1);
  return [
    name,
    escaped(first) + end,
    name.slice(0, -1) + escaped(last).toUpperCase(),
    name.replaceAll(/./g, (letter, index: number) =>
      index % 2 === 0 ? escaped(letter) : escaped(letter).toUpperCase(),
    ),
  ];
}

/** Every lead with every end, and between them the name in one of its spellings, in turn. */
export function spellings(name: string): readonly string[] {
  const written = names(name);
  return LEADS.flatMap((lead, row) =>
    ENDS.map((end, column) => `${lead}${written[(row + column) % written.length] ?? name}${end}`),
  );
}

type Step = (path: string) => string;

const decode: Step = (path) =>
  path.replaceAll(/%([0-9a-f]{2})/gi, (_escape, code: string) => String.fromCharCode(parseInt(code, 16)));
const turnSlashes: Step = (path) => path.replaceAll("\\", "/");
const mergeSlashes: Step = (path) => path.replaceAll(/\/+/g, "/");
const dropParameters: Step = (path) => path.replaceAll(/;[^/]*/g, "");
const resolveDots: Step = (path) => {
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") kept.pop();
    else if (part !== ".") kept.push(part);
  }
  return `/${kept.join("/").replace(/^\/+/, "")}`;
};

/**
 * All that lenient servers could make of a path that they got: escapes undone once or not, before or after path
 * parameters are dropped; backslashes taken for slashes or not; slashes merged before or after dots are resolved.
 */
export function readings(target: string): readonly string[] {
  const path = target.split("?")[0] ?? "";
  const orders: readonly (readonly Step[])[] = [
    [],
    [decode],
    [dropParameters],
    [decode, dropParameters],
    [dropParameters, decode],
  ];
  const found = orders.flatMap((order) =>
    [order, [...order, turnSlashes], [turnSlashes, ...order]].flatMap((steps) =>
      [[], [mergeSlashes], [resolveDots], [mergeSlashes, resolveDots], [resolveDots, mergeSlashes]].map(
        (last) => [...steps, ...last].reduce((text, step) => step(text), path),
      ),
    ),
  );
  return [...new Set(found)];
}

/** Whether a path is a place or below it. */
export function isBelow(place: string, path: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}
