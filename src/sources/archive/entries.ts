import { setImmediate as nextTurn } from 'node:timers/promises';
import { JSONParser } from '@streamparser/json';
import { Unreadable } from '../source.ts';
import type { ArchiveFiles } from './archive_files.ts';

/** `window.YTD.tweets.part0 = [`: everything before the array is dropped and never evaluated. */
const assignment = /^\uFEFF?\s*window\.YTD\.\w+(?:\.\w+)*\s*=\s*(?=\[)/;
const maxAssignmentBytes = 1024;

/** The longest posts have 25,000 characters: 300 KB when all of them are escaped. */
const maxEntryBytes = 1024 * 1024;

/** How long entries are parsed before the event loop gets a turn, in ms. */
const turnMs = 5;

/** Consecutive entries, and their position in the file. */
interface EntryBatch {
  entries: unknown[];
  /** Index of the first one in the file. */
  index: number;
  /** Bytes of the file read so far, uncompressed. */
  bytes: number;
}

/**
 * Streams the entries of a file with a JSON array.
 * @throws Unreadable with the file and the entry, when the file is damaged or of another kind.
 */
export async function* readEntries(
  archive: ArchiveFiles,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<EntryBatch> {
  const parser = new EntryParser(name);
  let bytes = 0;
  let turnEnds = performance.now() + turnMs;
  for await (const chunk of archive.read(name, signal)) {
    const index = parser.count;
    bytes += chunk.length;
    yield { entries: parser.push(chunk), index, bytes };
    if (performance.now() < turnEnds) continue;
    await nextTurn();
    signal.throwIfAborted();
    turnEnds = performance.now() + turnMs;
  }
  parser.requireEnd();
}

/** Parses a file chunk by chunk and returns the array's elements as they become complete. */
class EntryParser {
  count = 0;
  readonly #json = new JSONParser({
    paths: ['$.*'],
    keepStack: false,
    // Without a buffer the library concatenates strings byte by byte.
    stringBufferSize: 64 * 1024,
  });
  #head: Uint8Array | undefined = new Uint8Array();
  #entries: unknown[] = [];
  #bytesSinceEntry = 0;

  constructor(private readonly name: string) {
    this.#json.onValue = ({ value }) => {
      this.#entries.push(value);
    };
  }

  push(chunk: Uint8Array): unknown[] {
    const json = this.#head ? this.#afterAssignment(chunk) : chunk;
    this.#entries = [];
    try {
      if (json) this.#json.write(json);
    } catch (error) {
      throw this.#damaged(this.#entries.length, (error as Error).message);
    }
    this.count += this.#entries.length;
    this.#limitEntry(chunk.length);
    return this.#entries;
  }

  requireEnd(): void {
    if (this.#head) throw this.#notAPart();
    if (!this.#json.isEnded) throw this.#damaged(0, 'it is cut off');
  }

  #afterAssignment(chunk: Uint8Array): Uint8Array | undefined {
    const head = Buffer.concat([this.#head ?? chunk, chunk]);
    const found = assignment.exec(head.toString('latin1', 0, maxAssignmentBytes));
    this.#head = found ? undefined : head;
    if (found) return head.subarray(found[0].length);
    if (head.length >= maxAssignmentBytes) throw this.#notAPart();
    return undefined;
  }

  #limitEntry(bytes: number): void {
    this.#bytesSinceEntry = this.#entries.length > 0 ? 0 : this.#bytesSinceEntry + bytes;
    if (this.#bytesSinceEntry > maxEntryBytes) throw this.#damaged(0, 'an entry is over 1 MB');
  }

  #notAPart(): Unreadable {
    return new Unreadable(
      `${this.name} does not start with "window.YTD.… = [". ` +
        'Download the archive again, and do not edit its files.',
    );
  }

  /** @param parsed entries of the current chunk that are not in `count` yet. */
  #damaged(parsed: number, reason: string): Unreadable {
    return new Unreadable(
      `${this.name} is damaged at entry ${this.count + parsed} (${reason}). ` +
        'Download or copy the archive again.',
    );
  }
}
