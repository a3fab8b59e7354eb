import { describe, expect, test } from 'bun:test';
import { tabState, tabTitle } from '../../src/browser/page_tab.ts';

describe('the title of the browser’s tab', () => {
  test('is the page’s own while no job runs or has failed', () => {
    expect(tabTitle('Posts · xgpt', { running: 0, failed: 0 })).toBe('Posts · xgpt');
  });

  test('shows how many jobs run, and that one has failed', () => {
    expect(tabTitle('Posts · xgpt', { running: 2, failed: 0 })).toBe('(2) Posts · xgpt');
    expect(tabTitle('Posts · xgpt', { running: 0, failed: 3 })).toBe('▲ Posts · xgpt');
    expect(tabTitle('Posts · xgpt', { running: 2, failed: 3 })).toBe('▲ (2) Posts · xgpt');
  });

  test('replaces the marks it had before', () => {
    expect(tabTitle('▲ (2) Posts · xgpt', { running: 1, failed: 0 })).toBe('(1) Posts · xgpt');
    expect(tabTitle('(1) Posts · xgpt', { running: 0, failed: 0 })).toBe('Posts · xgpt');
  });
});

test('its icon shows a failure rather than running jobs', () => {
  expect(tabState({ running: 0, failed: 0 })).toBe('idle');
  expect(tabState({ running: 2, failed: 0 })).toBe('running');
  expect(tabState({ running: 2, failed: 1 })).toBe('failed');
});
