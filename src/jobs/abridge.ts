import { cut } from './report.ts';

/** What is not longer than this as JSON is shown whole everywhere, in characters. */
const MAX_WHOLE = 4_000;

/** Of what is longer: how much of each text, how many entries of each list and object, how deep. */
const MAX_TEXT = 300;
const MAX_ENTRIES = 30;
const MAX_DEPTH = 4;

/**
 * The same with long texts cut and surplus entries left out, as JSON, for lists and frames; null
 * when the whole is short. `json` is the whole as JSON.
 */
export function abridged(json: string): string | null {
  if (json.length <= MAX_WHOLE) return null;
  const value: unknown = JSON.parse(json);
  const brief = JSON.stringify(shortened(value, MAX_DEPTH));
  return brief.length <= MAX_WHOLE * 4 ? brief : JSON.stringify(shortened(value, 1));
}

function shortened(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cut(value, MAX_TEXT);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return Array.isArray(value) ? `[${value.length} entries]` : '{…}';
  if (Array.isArray(value)) {
    const shown = value.slice(0, MAX_ENTRIES).map((entry) => shortened(entry, depth - 1));
    const left = value.length - shown.length;
    return left > 0 ? [...shown, `… and ${left} more`] : shown;
  }
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ENTRIES)
      .map(([key, entry]) => [cut(key, MAX_TEXT), shortened(entry, depth - 1)]),
  );
}
