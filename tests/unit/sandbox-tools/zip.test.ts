import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import { readZipMember } from "../../../sandbox/tools/zip";

/** An archive with the fields that are read, and zeros in place of the others. */
function archiveOf(
  files: readonly { name: string; contents: string; packed: boolean }[],
  comment = "",
): Buffer {
  const [locals, entries]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const { name, contents, packed } of files) {
    const raw = Buffer.from(contents);
    const data = packed ? deflateRawSync(raw) : raw;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(packed ? 8 : 0, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(raw.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), data);
    entries.push(entry, Buffer.from(name));
    offset += 30 + name.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...locals, ...entries, end, Buffer.from(comment)]);
}

describe("tools: zip", () => {
  const files = [
    { name: "first", contents: "one", packed: false },
    { name: "folder/second", contents: "two ".repeat(500), packed: true },
  ];

  it("reads stored and packed files, with and without a comment at the end", () => {
    for (const comment of ["", "a comment"])
      for (const { name, contents } of files)
        assert.equal(readZipMember(archiveOf(files, comment), name).toString(), contents);
  });

  it("says what is wrong", () => {
    const archive = archiveOf(files);
    assert.throws(() => readZipMember(archive, "third"), /has no file third/);
    assert.throws(
      () => readZipMember(Buffer.from("no archive, but longer than its end would be"), "x"),
      /no zip archive/,
    );
    const broken = Buffer.from(archive);
    broken.writeUInt32LE(0, broken.readUInt32LE(broken.length - 6));
    assert.throws(() => readZipMember(broken, "first"), /damaged/);
  });
});
