import { type FileHandle, open } from 'node:fs/promises';
import { Unreadable } from '../../source.ts';

const CHUNK_BYTES = 1024 ** 2;

/** An export that is open for reading at any position. */
export class CarFile {
  private constructor(
    private readonly file: FileHandle,
    /** In bytes. */
    readonly size: number,
  ) {}

  static async open(path: string): Promise<CarFile> {
    const file = await open(path);
    return new CarFile(file, (await file.stat()).size);
  }

  /** @returns fewer bytes than that only at the end of the file. */
  async readInto(buffer: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    while (filled < buffer.length) {
      const rest = buffer.subarray(filled);
      const { bytesRead } = await this.file.read(rest, 0, rest.length, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }

  /** @throws Unreadable when the file has become shorter. */
  async read(position: number, length: number): Promise<Uint8Array> {
    const buffer = new Uint8Array(length);
    if ((await this.readInto(buffer, position)) < length) throw changed();
    return buffer;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** The file is not the one that was checked. */
export function changed(): Unreadable {
  return new Unreadable(
    'The Bluesky export changed while it was read. Start the import again when it is complete.',
  );
}

/**
 * Reads a file from its beginning. `has` is synchronous, so that a loop over small pieces does not
 * wait for each of them.
 */
export class SequentialReader {
  #buffer = new Uint8Array(CHUNK_BYTES);
  #start = 0;
  #end = 0;
  /** The position of the byte at `#start` in the file. */
  #position = 0;

  constructor(private readonly file: CarFile) {}

  get position(): number {
    return this.#position;
  }

  /** Whether as many bytes can be taken now. */
  has(length: number): boolean {
    return this.#end - this.#start >= length;
  }

  /**
   * Reads on until as many bytes can be taken.
   * @returns false when the file ends before.
   */
  async fill(length: number): Promise<boolean> {
    const rest = this.#buffer.subarray(this.#start, this.#end);
    const size = Math.max(length, CHUNK_BYTES);
    const buffer = size > this.#buffer.length ? new Uint8Array(size) : this.#buffer;
    if (buffer === this.#buffer) buffer.copyWithin(0, this.#start, this.#end);
    else buffer.set(rest);
    const free = buffer.subarray(rest.length);
    const read = await this.file.readInto(free, this.#position + rest.length);
    this.#buffer = buffer;
    this.#start = 0;
    this.#end = rest.length + read;
    return this.has(length);
  }

  /** The next bytes, fewer at the end of the file. */
  peek(length: number): Uint8Array {
    return this.#buffer.subarray(this.#start, Math.min(this.#start + length, this.#end));
  }

  /** The next bytes, which stay valid until the next `fill`. */
  take(length: number): Uint8Array {
    const bytes = this.#buffer.subarray(this.#start, this.#start + length);
    this.#start += length;
    this.#position += length;
    return bytes;
  }

  /**
   * Takes an unsigned LEB128 number.
   * @returns undefined when it is cut off or exceeds 2^49. Ten bytes that are there are always enough.
   */
  varint(): number | undefined {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 42 && this.has(1); scale *= 2 ** 7) {
      const byte = this.#buffer[this.#start] ?? 0;
      this.#start += 1;
      this.#position += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return undefined;
  }
}
