import { expect } from 'bun:test';

/**
 * Compares what breaks a rule with the exceptions that are left. A new one fails; so does an
 * exception that is no longer needed, so that the list only gets shorter.
 */
export function expectOnly(found: Iterable<string>, remaining: readonly string[]): void {
  const broken = new Set(found);
  const left = new Set(remaining);
  expect({
    broken: [...broken.difference(left)].sort(),
    noLongerNeeded: [...left.difference(broken)].sort(),
  }).toEqual({ broken: [], noLongerNeeded: [] });
}
