import { Unreadable } from '../source.ts';
import type { ArchiveLimits } from './archive_files.ts';

/** The files to read. All others, such as direct messages and phone numbers, are never opened. */
const readable =
  /^(?:([^/]+)\/)?(data\/(?:manifest|account|profile|(?:tweets?|note-tweet)(?:-part\d+)?)\.js)$/;

/** Collects the files to read while an archive is listed, and enforces the limits. */
export class Inventory {
  readonly sizes = new Map<string, number>();
  #folder: string | undefined;
  #total = 0;

  constructor(private readonly limits: ArchiveLimits) {}

  /**
   * Adds a file by its path in the archive and its sizes in bytes.
   * @returns its name, starting with `data/`, or undefined when it is not to be read.
   * @throws Unreadable when it is too large, or a duplicate.
   */
  add(path: string, bytes: number, packedBytes: number): string | undefined {
    const match = readable.exec(path);
    const name = match?.[2];
    if (!name) return undefined;
    this.#requireSameFolder(match[1] ?? '');
    if (this.sizes.has(name)) {
      throw new Unreadable(`The archive contains ${name} twice. Use the original zip from X.`);
    }
    this.#checkSize(name, bytes, packedBytes);
    this.sizes.set(name, bytes);
    return name;
  }

  #requireSameFolder(folder: string): void {
    this.#folder ??= folder;
    if (this.#folder === folder) return;
    throw new Unreadable(
      `There are several archives in it ("${this.#folder}" and "${folder}"). Import one at a time.`,
    );
  }

  #checkSize(name: string, bytes: number, packedBytes: number): void {
    const { maxFileBytes, maxTotalBytes, maxRatio, ratioFromBytes } = this.limits;
    this.#total += bytes;
    const bomb = bytes > ratioFromBytes && bytes > packedBytes * maxRatio;
    if (!bomb && bytes <= maxFileBytes && this.#total <= maxTotalBytes) return;
    throw new Unreadable(
      `The archive is too large: ${name} would unpack to ${megabytes(bytes)} MB` +
        `${bomb ? ` from ${megabytes(packedBytes)} MB, like a zip bomb` : ', more than the limit'}. ` +
        'Download the archive from X again.',
    );
  }
}

/** Bytes in megabytes, rounded. */
export function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
