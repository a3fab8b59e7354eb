import { crc32, deflateRawSync } from 'node:zlib';
import type { ArchiveContent } from './archive_fixture.ts';

/** What tools write that differs from most: see PKWARE's APPNOTE 4.3. */
interface ZipQuirks {
  /** Windows' own zip, .NET before 4.6.1 and old PowerShell write backslashes. */
  backslashes?: boolean;
  /** Finder and streaming tools write sizes and checksum after the data, and zeros before it. */
  dataDescriptors?: boolean;
  /** Entries named `photos/1.jpg`, with one byte each, before the files. */
  photos?: number;
  modifiedAt?: Date;
  /** What stands before and after the zip. */
  before?: string;
  after?: string;
}

/** Writes a zip without Zip64: like Finder, only the lower 16 bits of the number of entries. */
export function zipOf(content: ArchiveContent, quirks: ZipQuirks = {}): Buffer {
  const { before = '', after = '', photos = 0 } = quirks;
  const files = [
    ...Array.from({ length: photos }, (_, index) => [`photos/${index}.jpg`, 'x'] as const),
    ...Object.entries(content),
  ];
  const pieces = [Buffer.from(before)];
  const directory: Buffer[] = [];
  // Offsets count from the start of the zip itself.
  let offset = 0;
  for (const [path, text] of files) {
    const { local, central } = entryOf(path, text, offset, quirks);
    pieces.push(local);
    directory.push(central);
    offset += local.length;
  }
  const list = Buffer.concat(directory);
  return Buffer.concat([...pieces, list, endOf(files.length, list, offset), Buffer.from(after)]);
}

function entryOf(path: string, text: string, offset: number, quirks: ZipQuirks) {
  const name = Buffer.from(quirks.backslashes ? path.replaceAll('/', '\\') : path);
  const bytes = Buffer.from(text);
  const data = deflateRawSync(bytes);
  const sizes = Buffer.alloc(12);
  sizes.writeUInt32LE(crc32(bytes), 0);
  sizes.writeUInt32LE(data.length, 4);
  sizes.writeUInt32LE(bytes.length, 8);
  const common = Buffer.alloc(10);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(quirks.dataDescriptors ? 0x808 : 0x800, 2);
  common.writeUInt16LE(8, 4);
  const { time, date } = dosTime(quirks.modifiedAt ?? new Date('2024-05-06T07:08:10Z'));
  common.writeUInt16LE(time, 6);
  common.writeUInt16LE(date, 8);
  const lengths = Buffer.alloc(4);
  lengths.writeUInt16LE(name.length, 0);
  const place = Buffer.alloc(14);
  place.writeUInt32LE(offset, 10);
  const before = quirks.dataDescriptors ? Buffer.alloc(12) : sizes;
  const behind = quirks.dataDescriptors ? [signed('PK\x07\x08'), sizes] : [];
  return {
    local: Buffer.concat([signed('PK\x03\x04'), common, before, lengths, name, data, ...behind]),
    central: Buffer.concat([
      signed('PK\x01\x02'),
      Buffer.from([20, 0]),
      ...[common, sizes, lengths, place, name],
    ]),
  };
}

function endOf(count: number, directory: Buffer, offset: number): Buffer {
  const end = Buffer.alloc(18);
  end.writeUInt16LE(count % 65_536, 4);
  end.writeUInt16LE(count % 65_536, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([signed('PK\x05\x06'), end]);
}

function signed(signature: string): Buffer {
  return Buffer.from(signature, 'latin1');
}

function dosTime(at: Date) {
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const date =
    ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  return { time, date };
}
