import { describe, expect, test } from 'bun:test';
import { abridge } from '../../src/text/abridge.ts';
import { boundedJob, listedJob } from '../../src/text/abridged_job.ts';
import { jobView } from '../views/job_view.ts';

const size = (value: unknown) => JSON.stringify(value).length;

describe('A5: an abridged value', () => {
  test('stays the same when it is small', () => {
    const value = {
      username: 'aurora_lab',
      nested: { list: [1, 'two', null, true, { deep: [] }], empty: {} },
      found: Array.from({ length: 1_000 }, (_, n) => `user_${n}_with_a_name`),
    };
    expect(abridge(value)).toEqual(value);
    for (const plain of ['text', 7, null, undefined, true]) expect(abridge(plain)).toBe(plain);
    const date = new Date();
    expect(abridge({ date })).toEqual({ date });
  });

  test('shows the length of a text that was cut', () => {
    const { text } = abridge({ text: 'é'.repeat(3_000_000) });
    expect(text).toHaveLength(2_000);
    expect(text).toEndWith('é… (3,000,000 characters)');
  });

  test('counts the entries that are left out', () => {
    const list = abridge(Array.from({ length: 100_000 }, (_, n) => n));
    expect(list.at(-1)).toMatch(/^… and [\d,]+ more$/ as never);
    expect(list[10]).toBe(10);
    const fields = Array.from({ length: 100_000 }, (_, n) => [`field_${n}`, 'x']);
    const object = abridge(Object.fromEntries(fields));
    expect(object.field_7).toBe('x');
    expect(object['…']).toMatch(/^… and [\d,]+ more$/);
  });

  test('is bounded, whatever makes it large', () => {
    const keys = Object.fromEntries([[`${'k'.repeat(3_000_000)}`, 1]]);
    const texts = Array.from({ length: 1_000 }, () => 'y'.repeat(10_000));
    let deep: unknown = 'z';
    for (let n = 0; n < 5_000; n++) deep = { deep };
    for (const value of [keys, texts, deep, [[texts], [texts]], { texts, keys, deep }]) {
      expect(size(abridge(value))).toBeLessThan(80_000);
    }
  });

  test('keeps a key such as __proto__ as a plain field', () => {
    const value = JSON.parse('{"__proto__":{"a":1},"constructor":"b"}');
    expect(JSON.stringify(abridge(value))).toBe('{"__proto__":{"a":1},"constructor":"b"}');
  });
});

describe('A5: a job in lists and updates', () => {
  test('has its newest errors, each of them bounded', () => {
    const errors = Array.from({ length: 50 }, (_, n) => `${n} ${'x'.repeat(n === 49 ? 5_000 : 5)}`);
    const { job } = jobView({ errors, errorMessage: errors.at(-1) });
    const told = boundedJob(job);
    expect(told.errors).toHaveLength(21);
    expect(told.errors[0]).toBe('… 30 earlier errors');
    expect(told.errors[1]).toBe('30 xxxxx');
    expect(told.errors.at(-1)).toHaveLength(2_000);
    expect(told.errorMessage).toHaveLength(2_000);
  });

  test('has its whole result in updates, and a bounded one in lists', () => {
    const result = { note: 'n'.repeat(10_000) };
    const { job } = jobView({ status: 'completed', result });
    expect(boundedJob(job).result).toEqual(result);
    expect(size(listedJob(job).result)).toBeLessThan(2_100);
    expect(listedJob(jobView().job)).toEqual(jobView().job);
  });
});
