import { describe, expect, test } from 'bun:test';
import { ReportBuffer } from '../../../src/jobs/engine/report_buffer.ts';

const at = (current: number) => ({ current, total: 9, message: '' });

describe('progress that could not be written', () => {
  test('is handed over again when nothing newer is on disk or in flight', () => {
    const buffer = new ReportBuffer();
    buffer.report(at(1));
    buffer.failed(buffer.take());
    expect(buffer.take().progress).toEqual(at(1));
  });

  test('is dropped when newer progress was saved', () => {
    const buffer = new ReportBuffer();
    buffer.report(at(1));
    const first = buffer.take();
    buffer.report(at(2));
    buffer.saved(buffer.take());
    buffer.failed(first);
    expect(buffer.isEmpty).toBe(true);
    expect(buffer.newest).toBeUndefined();
  });

  test('waits for a commit in flight, whose own progress may be newer', () => {
    const buffer = new ReportBuffer();
    buffer.report(at(1));
    const report = buffer.take();
    const commit = buffer.takeForCommit();
    buffer.failed(report);
    expect(buffer.isEmpty).toBe(true);
    expect(buffer.newest).toEqual(at(1));
    buffer.saved(commit, at(2));
    expect(buffer.isEmpty).toBe(true);
    expect(buffer.newest).toBeUndefined();
  });

  test('is handed over after a commit without progress of its own', () => {
    const buffer = new ReportBuffer();
    buffer.report(at(1));
    const report = buffer.take();
    const commit = buffer.takeForCommit();
    buffer.failed(report);
    buffer.saved(commit);
    expect(buffer.take().progress).toEqual(at(1));
  });
});

test('progress in flight goes along with the next hand-over, but not past a commit', () => {
  const buffer = new ReportBuffer();
  buffer.report(at(1));
  buffer.take();
  expect(buffer.take().progress).toEqual(at(1));
  buffer.takeForCommit();
  expect(buffer.take().progress).toBeUndefined();
});

test('lines wait while earlier ones are in flight, which may fail', () => {
  const buffer = new ReportBuffer();
  buffer.log('one\n');
  const first = buffer.take();
  buffer.log('two\n');
  expect(buffer.isEmpty).toBe(true);
  expect(buffer.take().lines).toBeUndefined();
  buffer.failed(first);
  expect(buffer.take().lines).toBe('one\ntwo\n');
});

test('the last hand-over takes all lines', () => {
  const buffer = new ReportBuffer();
  buffer.log('one\n');
  buffer.take();
  buffer.log('two\n');
  expect(buffer.takeAll().lines).toBe('two\n');
});

test('lines that failed come before later ones', () => {
  const buffer = new ReportBuffer();
  buffer.log('one\n');
  const first = buffer.take();
  buffer.log('two\n');
  buffer.failed(first);
  expect(buffer.take().lines).toBe('one\ntwo\n');
});
