/** Placeholder until the shared file comes. */
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  let end = 0;
  for (const { index, segment } of segmenter.segment(text.slice(0, max + 64))) {
    if (index + segment.length > max - 1) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end)}…`;
}
export function boundedError(text: string): string {
  return text.length <= 10_000
    ? text
    : `${cut(text, 9_900)} (cut; it had ${text.length} characters)`;
}

import type { JobProgress } from './job.ts';

const UNPRINTABLE = /(?!\t)\p{Cc}/gu;
export function tidied(progress: JobProgress): JobProgress {
  return {
    ...progress,
    current: count(progress.current),
    total: progress.total > 0 ? Math.max(count(progress.total), count(progress.current)) : 0,
    message: oneLine(progress.message),
  };
}
function count(value: number): number {
  return Number.isFinite(value)
    ? Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.round(value)))
    : 0;
}
export function linesOf(text: unknown): string {
  const lines = String(text ?? '').split(/\r\n|[\n\r\u2028\u2029]/);
  return lines.map((line) => `${line.replace(UNPRINTABLE, ' ').slice(0, 8000)}\n`).join('');
}
export function oneLine(text: unknown): string {
  return String(text ?? '')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .slice(0, 500);
}
