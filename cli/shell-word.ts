/** A word of a command line that a user is to paste: quoted where a shell would take it for something else. */
export function shellWord(word: string): string {
  return /^[\w./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
