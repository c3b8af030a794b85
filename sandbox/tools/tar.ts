import { gunzipSync } from "node:zlib";

const BLOCK = 512;

/** One regular file out of a .tar.gz, found by its path. */
export function readTarMember(archive: Buffer, member: string): Buffer {
  const tar = gunzipSync(archive);
  for (let offset = 0; offset + BLOCK <= tar.length;) {
    const header = tar.subarray(offset, offset + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const name = field(header, 0, 100);
    const prefix = field(header, 257, 5) === "ustar" ? field(header, 345, 155) : "";
    const size = Number.parseInt(field(header, 124, 12).trim() || "0", 8);
    if (!Number.isSafeInteger(size) || size < 0)
      throw new Error("The archive is damaged: a size is no number.");
    const type = field(header, 156, 1);
    const start = offset + BLOCK;
    if ((prefix === "" ? name : `${prefix}/${name}`) === member && (type === "0" || type === "")) {
      if (start + size > tar.length) throw new Error(`The archive is damaged: ${member} is cut off.`);
      return tar.subarray(start, start + size);
    }
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw new Error(`The archive has no file ${member}.`);
}

/** A text field of a header, up to its first NUL. */
function field(header: Buffer, start: number, length: number): string {
  const bytes = header.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end === -1 ? length : end).toString("utf8");
}
