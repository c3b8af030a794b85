import type { PublicIpBinder } from "../../../../sandbox/cloud";

/** Addresses as the ARM stand-in has them: by group and name, one owner each. */
export class FakePublicIps implements PublicIpBinder {
  readonly bound = new Map<string, string>();
  readonly calls: string[] = [];

  constructor(private readonly addresses: Readonly<Record<string, string>>) {}

  bind({
    resourceGroup,
    name,
    owner,
  }: {
    resourceGroup: string;
    name: string;
    owner: string;
  }): Promise<{ ip: string }> {
    const key = `${resourceGroup}/${name}`;
    this.calls.push(`bind ${key}`);
    const ip = this.addresses[key];
    if (ip === undefined)
      return Promise.reject(new Error(`ResourceNotFound: public IP address ${key} does not exist`));
    const by = this.bound.get(key);
    if (by !== undefined && by !== owner)
      return Promise.reject(new Error(`PublicIPAddressInUse: ${key} is bound to ${by}`));
    this.bound.set(key, owner);
    return Promise.resolve({ ip });
  }

  release({
    resourceGroup,
    name,
    owner,
  }: {
    resourceGroup: string;
    name: string;
    owner: string;
  }): Promise<void> {
    const key = `${resourceGroup}/${name}`;
    this.calls.push(`release ${key}`);
    if (this.bound.get(key) === owner) this.bound.delete(key);
    return Promise.resolve();
  }
}
