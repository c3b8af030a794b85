/** What stands before the last `@` of an address, other than that of a digest. Passwords may hold what ends a host. */
const LOGIN = /\/\/\S*@(?!sha\d+:)/;

/** Whether an address holds a user or a password, as `https://user:password@charts.example.com` does. */
export function hasLogin(address: string): boolean {
  return LOGIN.test(address);
}

/** An address as a message may show it: without a login, and without a query, which may be a signature. */
export function shownAddress(address: string): string {
  return address.replace(LOGIN, "//…@").replace(/\?.*$/s, "?…");
}
