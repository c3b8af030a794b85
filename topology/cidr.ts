import ipaddr from "ipaddr.js";

/** Why a text is not a range of addresses, in words that a setting's error can carry. */
export class CidrError extends Error {
  override readonly name = "CidrError";
}

/** A range of IPv4 addresses that begins at its own network address. */
export class Cidr {
  private constructor(
    /** The first address as a number. */
    readonly first: number,
    /** Number of leading bits that all addresses of the range share. */
    readonly prefix: number,
  ) {}

  /** Reads a range as `10.10.0.0/16`; throws a {@link CidrError} that says what is wrong with it. */
  static parse(text: string): Cidr {
    const match = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text);
    if (match?.[1] === undefined || match[2] === undefined) {
      throw new CidrError("it is not an IPv4 range in the form 10.10.0.0/16");
    }
    const prefix = Number(match[2]);
    if (!ipaddr.IPv4.isValidFourPartDecimal(match[1])) {
      throw new CidrError("each part of an address is a number from 0 to 255 without leading zeros");
    }
    if (prefix > 32) throw new CidrError("the prefix length is a number from 0 to 32");
    const address = toNumber(match[1]);
    const first = address - (address % 2 ** (32 - prefix));
    if (first !== address) {
      throw new CidrError(`it does not begin at its network address; ${toText(first)}/${prefix} does`);
    }
    return new Cidr(first, prefix);
  }

  /** The range, or undefined where the text is none. */
  static tryParse(text: string): Cidr | undefined {
    try {
      return Cidr.parse(text);
    } catch (error) {
      if (error instanceof CidrError) return undefined;
      throw error;
    }
  }

  /** How many addresses the range has. */
  get size(): number {
    return 2 ** (32 - this.prefix);
  }

  /** Whether the two ranges share an address. */
  overlaps(other: Cidr): boolean {
    return this.first < other.first + other.size && other.first < this.first + this.size;
  }

  /** Whether every address of the other range lies in this one. */
  contains(other: Cidr): boolean {
    return this.first <= other.first && other.first + other.size <= this.first + this.size;
  }

  /** The part with that prefix length at that place, counted from 0. */
  subnet(prefix: number, index: number): Cidr {
    const size = 2 ** (32 - prefix);
    if (prefix < this.prefix || prefix > 32 || index < 0 || (index + 1) * size > this.size) {
      throw new CidrError(`${this.toString()} has no part number ${index} with prefix length ${prefix}`);
    }
    return new Cidr(this.first + index * size, prefix);
  }

  /** The address at that place in the range, counted from 0. */
  address(index: number): string {
    if (index < 0 || index >= this.size) {
      throw new CidrError(`${this.toString()} has no address number ${index}`);
    }
    return toText(this.first + index);
  }

  toString(): string {
    return `${toText(this.first)}/${this.prefix}`;
  }
}

function toNumber(address: string): number {
  return ipaddr.IPv4.parse(address).octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
