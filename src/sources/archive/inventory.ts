import { Unreadable } from '../source.ts';
import type { ArchiveLimits } from './archive_files.ts';

/**
 * The files to read, by the folder they lie in: `data/` in most archives, the top of those of 2018 and
 * 2019, `data/js/` in those up to 2018. All others, such as direct messages and phone numbers, are never
 * opened.
 */
const readable =
  /^(.*\/)?((?:manifest|account|profile|(?:tweets?|note-tweet|community-tweet)(?:-part\d+)?)\.js|js\/(?:(?:user_details|payload_details|tweet_index)\.js|tweets\/\d{4}_\d{2}\.js))$/;

/** Either of these makes a folder an archive. */
const ownerFile = /^(account|manifest|js\/user_details)\.js$/;

/** Far more than an archive has; a guard against a zip made to fill the memory. */
const MAX_FILES = 20_000;

/** A file of a zip or folder, and where to read it. */
interface Found<Place> {
  path: string;
  bytes: number;
  packedBytes: number;
  modifiedAt: Date;
  place: Place;
}

/** The files of the archive, by their names starting with `data/`. */
export interface Listed<Place> {
  sizes: Map<string, number>;
  places: Map<string, Place>;
  modifiedAt?: Date;
}

/** Collects the files to read while a zip or folder is listed, and enforces the limits. */
export class Inventory<Place> {
  /** Folder of the archive → name in it → file. */
  readonly #folders = new Map<string, Map<string, Found<Place>>>();
  readonly #exports: Found<Place>[] = [];
  #innerZip: string | undefined;
  #count = 0;

  constructor(private readonly limits: ArchiveLimits) {}

  /**
   * Adds a file, unless it is not to be read.
   * @throws Unreadable when it is a duplicate.
   */
  add(file: Found<Place>): void {
    const [, folder = '', name] = readable.exec(file.path) ?? [];
    if (!name || folder.startsWith('__MACOSX/')) {
      this.#addOther(file);
      return;
    }
    this.#count += 1;
    if (this.#count > MAX_FILES) throw new Unreadable('This is not an X data archive.');
    const files = this.#folders.get(folder) ?? new Map<string, Found<Place>>();
    if (files.has(name)) {
      throw new Unreadable(`The archive contains data/${name} twice. Use the original zip from X.`);
    }
    this.#folders.set(folder, files.set(name, file));
  }

  /** Files that matter only when there is no X data archive. */
  #addOther(file: Found<Place>): void {
    if (/\.zip$/i.test(file.path)) this.#innerZip ??= file.path;
    const isHidden = /(^|\/)(__MACOSX\/|\._)/.test(file.path);
    if (/\.car$/i.test(file.path) && !isHidden && this.#exports.length < 2)
      this.#exports.push(file);
  }

  /** @throws Unreadable when there are several archives, an archive in a zip in it, or it is too large. */
  finish(): Listed<Place> {
    const sizes = new Map<string, number>();
    const places = new Map<string, Place>();
    let total = 0;
    let newest = 0;
    for (const [name, file] of this.#files()) {
      total += file.bytes;
      this.#checkSize(name, file, total);
      sizes.set(name, file.bytes);
      places.set(name, file.place);
      newest = Math.max(newest, file.modifiedAt.getTime() || 0);
    }
    return { sizes, places, ...(newest > 0 && { modifiedAt: new Date(newest) }) };
  }

  /** The files of the archive by their names, or the export of a Bluesky account by its path. */
  #files(): [string, Found<Place>][] {
    const files = this.#archiveFolder();
    const [first, second] = this.#exports;
    if (!first || files.has('account.js') || files.has('js/user_details.js')) {
      return [...files].map(([name, file]) => [`data/${name}`, file]);
    }
    if (second) throw severalExports(first.path, second.path);
    return [[first.path, first]];
  }

  #archiveFolder(): Map<string, Found<Place>> {
    const all = [...this.#folders.keys()];
    const owned = all.filter((folder) => this.#names(folder).some((name) => ownerFile.test(name)));
    const inData = owned.filter((folder) => /(^|\/)data\/$/.test(folder));
    const [archive, another] = inData.length > 0 ? inData : owned.length > 0 ? owned : all;
    if (another !== undefined) {
      throw new Unreadable(
        `There are several archives in it ("${archive}" and "${another}"). Import one at a time.`,
      );
    }
    const files = archive === undefined ? undefined : this.#folders.get(archive);
    if (!files && this.#innerZip && this.#exports.length === 0) throw zipInZip(this.#innerZip);
    return files ?? new Map();
  }

  #names(folder: string): string[] {
    return [...(this.#folders.get(folder)?.keys() ?? [])];
  }

  #checkSize(name: string, { bytes, packedBytes }: Found<Place>, total: number): void {
    const { maxFileBytes, maxTotalBytes, maxRatio, ratioFromBytes } = this.limits;
    const bomb = bytes > ratioFromBytes && bytes > packedBytes * maxRatio;
    if (!bomb && bytes <= maxFileBytes && total <= maxTotalBytes) return;
    throw new Unreadable(
      `The archive is too large: ${name} would unpack to ${megabytes(bytes)} MB` +
        `${bomb ? ` from ${megabytes(packedBytes)} MB, like a zip bomb` : ', more than the limit'}. ` +
        'Download the archive from X again.',
    );
  }
}

function zipInZip(path: string): Unreadable {
  return new Unreadable(
    `This is not an X data archive itself, but contains another zip, ${path}. ` +
      'Unpack it once and use that zip.',
  );
}

function severalExports(first: string, second: string): Unreadable {
  return new Unreadable(
    `There are several Bluesky exports in it ("${first}" and "${second}"). Import one at a time.`,
  );
}

/** Bytes in megabytes, rounded. */
export function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
