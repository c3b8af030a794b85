import { inflateRawSync } from "node:zlib";

/** Signatures of the two records that are read here. */
const END = 0x06054b50;
const ENTRY = 0x02014b50;
/** Sizes of the end record without its comment, of an entry and of a local header without their names. */
const END_SIZE = 22;
const ENTRY_SIZE = 46;
const LOCAL_SIZE = 30;

/** One file out of a .zip, found by its path. Archives of 4 GiB and more have another form and are not read. */
export function readZipMember(archive: Buffer, member: string): Buffer {
  const end = endRecord(archive);
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (archive.readUInt32LE(at) !== ENTRY)
      throw new Error("The archive is damaged: its list of files breaks off.");
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString("utf8", at + ENTRY_SIZE, at + ENTRY_SIZE + nameLength);
    if (name === member) return contents(archive, at, member);
    at += ENTRY_SIZE + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new Error(`The archive has no file ${member}.`);
}

function contents(archive: Buffer, entry: number, member: string): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const packed = archive.readUInt32LE(entry + 20);
  const size = archive.readUInt32LE(entry + 24);
  const local = archive.readUInt32LE(entry + 42);
  const start = local + LOCAL_SIZE + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const data = archive.subarray(start, start + packed);
  if (method !== 0 && method !== 8)
    throw new Error(`${member} is packed by a method that is not known: ${method}.`);
  const unpacked = method === 0 ? data : inflateRawSync(data);
  if (unpacked.length !== size)
    throw new Error(`The archive is damaged: ${member} has ${unpacked.length} bytes of ${size}.`);
  return unpacked;
}

/** The record at the archive's end; a comment may follow it. */
function endRecord(archive: Buffer): number {
  for (let at = archive.length - END_SIZE; at >= 0 && at >= archive.length - END_SIZE - 0xffff; at -= 1)
    if (archive.readUInt32LE(at) === END) return at;
  throw new Error("This is no zip archive.");
}
