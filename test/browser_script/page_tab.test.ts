import { describe, expect, test } from 'bun:test';
import { tabState, tabTitle } from '../../src/browser/page_tab.ts';

describe('the title of the browser’s tab', () => {
  test('is the page’s own while there is nothing to tell', () => {
    expect(tabTitle('Posts · xgpt', { running: 0, failed: 0 })).toBe('Posts · xgpt');
  });

  test('tells how many jobs run, and that one has failed', () => {
    expect(tabTitle('Posts · xgpt', { running: 2, failed: 0 })).toBe('(2) Posts · xgpt');
    expect(tabTitle('Posts · xgpt', { running: 0, failed: 3 })).toBe('▲ Posts · xgpt');
    expect(tabTitle('Posts · xgpt', { running: 2, failed: 3 })).toBe('▲ (2) Posts · xgpt');
  });

  test('forgets what it told before', () => {
    expect(tabTitle('▲ (2) Posts · xgpt', { running: 1, failed: 0 })).toBe('(1) Posts · xgpt');
    expect(tabTitle('(1) Posts · xgpt', { running: 0, failed: 0 })).toBe('Posts · xgpt');
  });
});

test('its icon is that of a failure before that of something that runs', () => {
  expect(tabState({ running: 0, failed: 0 })).toBe('idle');
  expect(tabState({ running: 2, failed: 0 })).toBe('running');
  expect(tabState({ running: 2, failed: 1 })).toBe('failed');
});
