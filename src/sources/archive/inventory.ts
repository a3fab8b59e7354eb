import { Unreadable } from '../source.ts';
import type { ArchiveLimits } from './archive_files.ts';

/** Everything else in an archive, such as direct messages and phone numbers, is never opened. */
const readable =
  /^(?:([^/]+)\/)?(data\/(?:manifest|account|profile|(?:tweets?|note-tweet)(?:-part\d+)?)\.js)$/;

/** Collects the files to read while an archive is listed, and refuses what exceeds the limits. */
export class Inventory {
  readonly sizes = new Map<string, number>();
  #folder: string | undefined;
  #total = 0;

  constructor(private readonly limits: ArchiveLimits) {}

  /**
   * Takes a file's path inside the archive, and its sizes in bytes.
   * @returns its name from `data/` on, or undefined when it is none of those that are read.
   * @throws Unreadable when it is too large, or there twice.
   */
  add(path: string, bytes: number, packedBytes: number): string | undefined {
    const match = readable.exec(path);
    const name = match?.[2];
    if (!name) return undefined;
    this.#sameFolder(match[1] ?? '');
    if (this.sizes.has(name)) {
      throw new Unreadable(`The archive holds ${name} twice. Give the zip as X made it.`);
    }
    this.#checkSize(name, bytes, packedBytes);
    this.sizes.set(name, bytes);
    return name;
  }

  #sameFolder(folder: string): void {
    this.#folder ??= folder;
    if (this.#folder === folder) return;
    throw new Unreadable(
      `There is more than one archive in it ("${this.#folder}" and "${folder}"). Give one at a time.`,
    );
  }

  #checkSize(name: string, bytes: number, packedBytes: number): void {
    const { maxFileBytes, maxTotalBytes, maxRatio, ratioFromBytes } = this.limits;
    this.#total += bytes;
    const bomb = bytes > ratioFromBytes && bytes > packedBytes * maxRatio;
    if (!bomb && bytes <= maxFileBytes && this.#total <= maxTotalBytes) return;
    throw new Unreadable(
      `The archive is refused: ${name} would unpack to ${megabytes(bytes)} MB` +
        `${bomb ? ` from ${megabytes(packedBytes)} MB, as a zip bomb does` : ', more than is read at once'}. ` +
        'Download the archive from X again.',
    );
  }
}

/** Whole millions of bytes, as people read sizes. */
export function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
