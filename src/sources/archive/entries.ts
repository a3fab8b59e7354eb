import { setImmediate as nextTurn } from 'node:timers/promises';
import { Unreadable } from '../source.ts';
import type { ArchiveFiles } from './archive_files.ts';
import { parseEntry } from './json.ts';
import { assignment, isUtf16, utf16 } from './text.ts';

const maxAssignmentBytes = 1024;

/** The longest posts have 25,000 characters: 300 KB when all of them are escaped. */
const maxEntryBytes = 1024 * 1024;

/** How long entries are parsed before the event loop gets a turn, in ms. */
const turnMs = 5;

/** How much is parsed before the time is looked at, in bytes. */
const pieceBytes = 64 * 1024;

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
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes);
      const index = parser.count;
      bytes += piece.length;
      yield { entries: parser.push(piece), index, bytes };
      if (performance.now() < turnEnds) continue;
      await nextTurn();
      signal.throwIfAborted();
      turnEnds = performance.now() + turnMs;
    }
  }
  parser.requireEnd();
}

const byte = (character: string) => character.charCodeAt(0);
const QUOTE = byte('"');
const BACKSLASH = byte('\\');
const COMMA = byte(',');
const OPEN = [byte('['), byte('{')] as const;
const CLOSE = [byte(']'), byte('}')] as const;
const SPACES = new Set([' ', '\n', '\r', '\t'].map(byte));

/**
 * Splits a file chunk by chunk into the elements of its array, which `JSON.parse` reads one by one. That
 * is ten times as fast as a streaming parser, and an element is never evaluated.
 */
class EntryParser {
  count = 0;
  #head: Buffer | undefined = Buffer.alloc(0);
  /** The beginning of an element whose end is in a later chunk. */
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  /** After `]`: nothing but spaces and one semicolon may follow. */
  #isEnded = false;
  /** After a comma, an element has to follow. */
  #afterComma = false;
  #entries: unknown[] = [];

  constructor(private readonly name: string) {}

  push(chunk: Uint8Array): unknown[] {
    const json = this.#head ? this.#afterAssignment(chunk) : chunk;
    this.#entries = [];
    if (json) this.#split(json);
    this.count += this.#entries.length;
    return this.#entries;
  }

  requireEnd(): void {
    if (this.#head?.length === 0) throw this.#empty();
    if (this.#head) throw this.#notAPart();
    if (!this.#isEnded) throw this.#damaged('it is cut off');
  }

  #afterAssignment(chunk: Uint8Array): Uint8Array | undefined {
    const head = Buffer.concat([this.#head ?? chunk, chunk]);
    if (isUtf16(head)) throw utf16(this.name);
    const found = assignment.exec(head.toString('latin1', 0, maxAssignmentBytes));
    this.#head = found ? undefined : head;
    // The parser starts after the bracket.
    if (found && head[found[0].length] === OPEN[0]) return head.subarray(found[0].length + 1);
    if (found || head.length >= maxAssignmentBytes) throw this.#notAPart();
    return undefined;
  }

  #split(json: Uint8Array): void {
    let start = 0;
    for (let at = 0; at < json.length; at += 1) {
      if (this.#isEnded) {
        this.#requireNothing(json.subarray(at));
        return;
      }
      at = this.#elementEnd(json, at);
      if (at >= json.length) break;
      this.#finish(json.subarray(start, at), json[at] === COMMA);
      start = at + 1;
    }
    if (!this.#isEnded) this.#keep(json.subarray(start));
  }

  /** The position of the comma or bracket that ends the current element; the length if it is not here. */
  #elementEnd(json: Uint8Array, from: number): number {
    let depth = this.#depth;
    let inString = this.#inString;
    let at = from;
    if (this.#isEscaped) at += 1;
    this.#isEscaped = false;
    for (; at < json.length; at += 1) {
      const code = json[at];
      if (inString) {
        if (code === BACKSLASH) at += 1;
        else if (code === QUOTE) inString = false;
      } else if (code === QUOTE) inString = true;
      else if (code === OPEN[0] || code === OPEN[1]) depth += 1;
      else if (code === COMMA && depth === 0) break;
      else if (code === CLOSE[0] || code === CLOSE[1]) {
        if (depth === 0) break;
        depth -= 1;
      }
    }
    this.#isEscaped = at > json.length;
    this.#depth = depth;
    this.#inString = inString;
    return at;
  }

  #finish(end: Uint8Array, hasNext: boolean): void {
    const bytes = this.#pendingBytes === 0 ? end : Buffer.concat([...this.#pending, end]);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#limitEntry(bytes.length);
    this.#isEnded = !hasNext;
    const isBlank = bytes.every((code) => SPACES.has(code));
    const isEmptyList = isBlank && !hasNext && !this.#afterComma;
    this.#afterComma = hasNext;
    if (isEmptyList) return;
    try {
      this.#entries.push(parseEntry(bytes));
    } catch (error) {
      throw this.#damaged((error as Error).message);
    }
  }

  #keep(rest: Uint8Array): void {
    if (rest.length === 0) return;
    // The source may use the memory of a chunk again.
    this.#pending.push(Uint8Array.from(rest));
    this.#pendingBytes += rest.length;
    this.#limitEntry(this.#pendingBytes);
  }

  #requireNothing(rest: Uint8Array): void {
    const text = Buffer.from(rest).toString('latin1').trim();
    if (text !== '' && text !== ';') throw this.#damaged('something follows its list');
  }

  #limitEntry(bytes: number): void {
    if (bytes > maxEntryBytes) throw this.#damaged('an entry is over 1 MB');
  }

  #empty(): Unreadable {
    return new Unreadable(`${this.name} is empty (0 bytes). Download or copy the archive again.`);
  }

  #notAPart(): Unreadable {
    return new Unreadable(
      `${this.name} does not start with "window.YTD.… = [". ` +
        'Download the archive again, and do not edit its files.',
    );
  }

  #damaged(reason: string): Unreadable {
    return new Unreadable(
      `${this.name} is damaged at entry ${this.count + this.#entries.length} (${reason}). ` +
        'Download or copy the archive again.',
    );
  }
}
