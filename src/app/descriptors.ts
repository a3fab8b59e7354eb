import { closeSync, openSync, readFileSync } from 'node:fs';
import { devNull } from 'node:os';

/** What a start of the model's process, an upload and a few requests need at once. */
export const RESERVED_DESCRIPTORS = 16;

/** Whether that many more files and connections can be opened. Takes 4 µs for each. */
export function canOpen(count: number): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < count) opened.push(openSync(devNull, 'r'));
    return true;
  } catch {
    return false;
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

/** How many files and connections this process may have open; infinite where that is not known. */
export function maxDescriptors(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
