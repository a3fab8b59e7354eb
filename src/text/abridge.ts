import { cut, cutWithLength } from './cut.ts';
import { count } from './format.ts';

/** The longest text in an abridged value, in UTF-16 code units. */
const MAX_TEXT = 2_000;

/** The longest key in one, in UTF-16 code units. */
const MAX_KEY = 200;

/** The approximate size of an abridged value as JSON, in UTF-16 code units. */
const MAX_VALUE = 64_000;

const MAX_DEPTH = 20;

/** The size of an entry without its text. */
const ENTRY = 8;

/**
 * Limits the size of a JSON value in a list: long texts are cut with a note of their length, and
 * excess entries are replaced by their number. Other values stay the same.
 */
export function abridge<Value>(value: Value): Value {
  return shorter(value, { left: MAX_VALUE }, 0) as Value;
}

function shorter(value: unknown, room: { left: number }, depth: number): unknown {
  room.left -= ENTRY;
  if (typeof value === 'string') {
    const text = cutWithLength(value, MAX_TEXT);
    room.left -= text.length;
    return text;
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth === MAX_DEPTH) return '…';
  if (Array.isArray(value)) {
    const kept: unknown[] = [];
    for (const entry of value) {
      if (room.left <= 0) return [...kept, andMore(value.length - kept.length)];
      kept.push(shorter(entry, room, depth + 1));
    }
    return kept;
  }
  const entries = Object.entries(value);
  const kept: [string, unknown][] = [];
  for (const [key, entry] of entries) {
    if (room.left <= 0) {
      kept.push(['…', andMore(entries.length - kept.length)]);
      break;
    }
    room.left -= Math.min(key.length, MAX_KEY);
    kept.push([cut(key, MAX_KEY), shorter(entry, room, depth + 1)]);
  }
  return Object.fromEntries(kept);
}

function andMore(n: number): string {
  return `… and ${count(n)} more`;
}
