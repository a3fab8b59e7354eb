import { describe, expect, test } from 'bun:test';
import { newOwner, processIsGone } from '../../../src/jobs/engine/owner.ts';

const BOOT = /[0-9a-f]{8}-[0-9a-f-]{27}/;

describe('a process of a machine with the same host name', () => {
  const own = newOwner('several');
  const anotherBoot = own.replace(BOOT, '00000000-0000-0000-0000-000000000000');
  const ended = (owner: string) => owner.replace(`:${process.pid}:`, ':4194303:');

  test.if(process.platform === 'linux')('is not known to have ended, where several share', () => {
    expect(anotherBoot).not.toBe(own);
    expect(processIsGone(own)(ended(anotherBoot))).toBe(false);
    expect(processIsGone(own)(ended(own))).toBe(true);
  });

  test('has the owner that it had before, on one machine', () => {
    expect(newOwner()).not.toMatch(BOOT);
  });
});
