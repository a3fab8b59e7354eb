import { expect, test } from 'bun:test';
import { themeAfter } from '../../src/browser/preferences.ts';

test('the switch cycles through all themes', () => {
  expect(themeAfter('auto')).toBe('light');
  expect(themeAfter('light')).toBe('dark');
  expect(themeAfter('dark')).toBe('auto');
});

test('anything else counts as auto', () => {
  expect(themeAfter(undefined)).toBe('light');
  expect(themeAfter('sepia')).toBe('light');
});
