import { damaged } from './damage.ts';

/** A node of the tree of records. Digests are given by their position in the node's bytes. */
export interface TreeNode {
  bytes: Uint8Array;
  /** The subtree before the first entry. */
  left?: number;
  entries: NodeEntry[];
}

export interface NodeEntry {
  /** The path of a record. */
  key: string;
  value: number;
  /** The subtree between this entry and the next. */
  right?: number;
}

/** The link to a block, before the digest: tag 42, 37 bytes, CID version 1, DAG-CBOR, SHA-256. */
const LINK = [0xd8, 0x2a, 0x58, 0x25, 0x00, 0x01, 0x71, 0x12, 0x20];
const DIGEST_BYTES = 32;
const NULL = 0xf6;
const UNSIGNED = 0;
const BYTES = 2;
const LIST = 4;
const MAP = 5;
/** A collection of 317 characters, a slash, and a record key of 512. */
const MAX_KEY = 830;

/**
 * Reads a node. Decoding it as any other DAG-CBOR takes six times as long, because of the objects that
 * are made for each link; and a tree has more links than all records together.
 * @throws Unreadable when it has another form.
 */
export function readNode(bytes: Uint8Array): TreeNode {
  return new NodeReader(bytes).read();
}

class NodeReader {
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  read(): TreeNode {
    const node: TreeNode = { bytes: this.bytes, entries: [] };
    for (let fields = this.#head(MAP); fields > 0; fields -= 1) {
      const name = this.#name();
      if (name === 'e') node.entries = this.#entries();
      else if (name === 'l') node.left = this.#link();
      else throw unknownForm();
    }
    if (this.#at !== this.bytes.length) throw unknownForm();
    return node;
  }

  #entries(): NodeEntry[] {
    const entries: NodeEntry[] = [];
    for (let rest = this.#head(LIST); rest > 0; rest -= 1) {
      entries.push(this.#entry(entries.at(-1)?.key ?? ''));
    }
    return entries;
  }

  /** @param before the key before it: entries have only the part that differs, and its position. */
  #entry(before: string): NodeEntry {
    let shared = Number.NaN;
    let rest: string | undefined;
    const entry: NodeEntry = { key: '', value: 0 };
    for (let fields = this.#head(MAP); fields > 0; fields -= 1) {
      const name = this.#name();
      if (name === 'p') shared = this.#head(UNSIGNED);
      else if (name === 'k') rest = this.#text();
      else if (name === 'v') entry.value = this.#link() ?? 0;
      else if (name === 't') entry.right = this.#link();
      else throw unknownForm();
    }
    if (!(shared <= before.length) || rest === undefined || !entry.value) throw unknownForm();
    entry.key = before.slice(0, shared) + rest;
    return entry;
  }

  #name(): string {
    if (this.#byte() !== 0x61) throw unknownForm();
    return String.fromCharCode(this.#byte());
  }

  #text(): string {
    const length = this.#head(BYTES);
    const end = this.#at + length;
    if (end > this.bytes.length || length > MAX_KEY) throw unknownForm();
    const text = latin1(this.bytes, this.#at, end);
    this.#at = end;
    return text;
  }

  /** The position of the digest of a link; undefined for null. */
  #link(): number | undefined {
    if (this.bytes[this.#at] === NULL) {
      this.#at += 1;
      return undefined;
    }
    if (LINK.some((byte) => this.#byte() !== byte)) throw unknownForm();
    const start = this.#at;
    this.#at += DIGEST_BYTES;
    if (this.#at > this.bytes.length) throw unknownForm();
    return start;
  }

  /** The argument of a value's head: a number, or the length of what follows. */
  #head(major: number): number {
    const byte = this.#byte();
    const info = byte & 0x1f;
    if (byte >> 5 !== major || info > 25) throw unknownForm();
    if (info < 24) return info;
    return info === 24 ? this.#byte() : this.#byte() * 256 + this.#byte();
  }

  #byte(): number {
    const byte = this.bytes[this.#at];
    if (byte === undefined) throw unknownForm();
    this.#at += 1;
    return byte;
  }
}

function latin1({ buffer, byteOffset }: Uint8Array, start: number, end: number): string {
  return Buffer.from(buffer, byteOffset + start, end - start).toString('latin1');
}

function unknownForm() {
  return damaged('its tree of records has a node of an unknown form');
}
