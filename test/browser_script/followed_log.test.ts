import { describe, expect, test } from 'bun:test';
import { FollowedLog } from '../../src/browser/followed_log.ts';

const TEXT = 'one\nzwölf\n三\n🌌 four\n';
const BYTES = new TextEncoder().encode(TEXT);

/** The bytes between two positions as the server sends them. */
function part(from: number, position: number, job = 'a') {
  return { job, from, position, text: new TextDecoder().decode(BYTES.subarray(from, position)) };
}

function follow(position: number) {
  let written = '';
  const log = new FollowedLog({ job: 'a', position }, (text) => {
    written += text;
  });
  return { log, written: () => written };
}

/** Where each line ends. */
const ENDS = [...BYTES].flatMap((byte, at) => (byte === 10 ? [at + 1] : []));

describe('a log that is followed', () => {
  test('has each line once, although parts overlap', () => {
    const { log, written } = follow(0);
    let from = 0;
    for (const end of ENDS) {
      log.take(part(from, end));
      log.take(part(from, end));
      log.take(part(0, end));
      log.take(part(0, 4));
      from = end;
    }
    expect(written()).toBe(TEXT);
    expect(log.place).toEqual({ job: 'a', position: BYTES.length });
  });

  test('adds only the bytes of a part that it does not have', () => {
    for (const start of ENDS) {
      const { log, written } = follow(start);
      log.take(part(0, BYTES.length));
      expect(written()).toBe(part(start, BYTES.length).text);
    }
  });

  test('says how many bytes are missing when the oldest lines are no longer kept', () => {
    const { log, written } = follow(0);
    log.take({ job: 'a', from: 1_234_567, position: 1_234_571, text: 'new\n' });
    expect(written()).toBe('[1,234,567 bytes are no longer kept]\nnew\n');
  });

  test('ignores the log of another job', () => {
    const { log, written } = follow(0);
    log.take(part(0, 4, 'b'));
    expect(written()).toBe('');
    expect(log.place.position).toBe(0);
  });
});
