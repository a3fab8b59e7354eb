import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { InvalidInput } from '../../src/jobs/index.ts';
import { readCron, readDueCron } from '../../src/schedules/cron.ts';
import { changedRepetition, cronOf, repetitionOf } from '../../src/schedules/repetition.ts';

const NOW = Date.UTC(2026, 10, 29, 12);

/** The due times of a night, as `02:30+02:00`. */
async function dueTimes(cron: string, timeZone: string, from: string, until: string) {
  const { next } = await readCron(cron, timeZone);
  const times: string[] = [];
  for (let due = next(Date.parse(from)); due !== undefined; due = next(due)) {
    if (due > Date.parse(until)) break;
    times.push(localTime(due, timeZone));
  }
  return times;
}

function localTime(at: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'longOffset',
  });
  const parts = Object.fromEntries(
    format.formatToParts(at).map(({ type, value }) => [type, value]),
  );
  return `${parts.hour}:${parts.minute}${parts.timeZoneName?.replace('GMT', '')}`;
}

/** What a day's schedules do: the expression and its due times. */
type Night = [cron: string, due: string[]];

async function expectNight(zone: string, from: string, until: string, nights: Night[]) {
  const found: Night[] = [];
  for (const [cron] of nights) found.push([cron, await dueTimes(cron, zone, from, until)]);
  expect(found).toEqual(nights);
}

describe('FEATURES 40: the night when clocks go forward', () => {
  test('in Berlin, 02:00 to 03:00 are missing', () =>
    expectNight('Europe/Berlin', '2026-03-29T00:00:00Z', '2026-03-29T02:10:00Z', [
      ['30 2 * * *', ['03:00+02:00']],
      ['0 2 * * *', ['03:00+02:00']],
      ['15,45 2 * * *', ['03:00+02:00']],
      ['0 3 * * *', ['03:00+02:00']],
      ['0 * * * *', ['03:00+02:00', '04:00+02:00']],
      ['*/30 * * * *', ['01:30+01:00', '03:00+02:00', '03:30+02:00', '04:00+02:00']],
      ['*/30 2 * * *', []],
    ]));

  test('in New York, 02:00 to 03:00 are missing', () =>
    expectNight('America/New_York', '2026-03-08T06:00:00Z', '2026-03-08T08:10:00Z', [
      ['30 2 * * *', ['03:00-04:00']],
      ['0 * * * *', ['03:00-04:00', '04:00-04:00']],
      ['*/30 2 * * *', []],
    ]));

  test('on Lord Howe, 02:00 to 02:30 are missing', () =>
    expectNight('Australia/Lord_Howe', '2026-10-03T15:00:00Z', '2026-10-03T16:10:00Z', [
      ['0 2 * * *', ['02:30+11:00']],
      ['15 2 * * *', ['02:30+11:00']],
      ['45 2 * * *', ['02:45+11:00']],
      ['0 * * * *', ['03:00+11:00']],
      ['*/15 * * * *', ['01:45+10:30', '02:30+11:00', '02:45+11:00', '03:00+11:00']],
    ]));
});

describe('FEATURES 40: the night when clocks go back', () => {
  test('in Berlin, 02:00 to 03:00 come twice', () =>
    expectNight('Europe/Berlin', '2026-10-24T23:30:00Z', '2026-10-25T02:10:00Z', [
      ['30 2 * * *', ['02:30+02:00']],
      ['15,45 2 * * *', ['02:15+02:00', '02:45+02:00']],
      ['0 3 * * *', ['03:00+01:00']],
      ['0 * * * *', ['02:00+02:00', '02:00+01:00', '03:00+01:00']],
      ['*/30 2 * * *', ['02:00+02:00', '02:30+02:00', '02:00+01:00', '02:30+01:00']],
    ]));

  test('in New York, 01:00 to 02:00 come twice', () =>
    expectNight('America/New_York', '2026-11-01T04:30:00Z', '2026-11-01T07:10:00Z', [
      ['30 1 * * *', ['01:30-04:00']],
      ['30 2 * * *', []],
      ['0 * * * *', ['01:00-04:00', '01:00-05:00', '02:00-05:00']],
    ]));

  test('on Lord Howe, 01:30 to 02:00 come twice', () =>
    expectNight('Australia/Lord_Howe', '2026-04-04T14:20:00Z', '2026-04-04T15:40:00Z', [
      ['45 1 * * *', ['01:45+11:00']],
      ['0 2 * * *', ['02:00+10:30']],
      ['0 * * * *', ['02:00+10:30']],
      ['*/15 * * * *', ['01:30+11:00', '01:45+11:00', '01:30+10:30', '01:45+10:30', '02:00+10:30']],
    ]));
});

test('FEATURES 40: the latest due time is the last one that is not after a time', async () => {
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC'];
  const crons = ['30 2 * * *', '*/20 * * * *', '0 1-3 * * 0', '*/30 2 * * *', '15 */2 * * *'];
  const nights = [
    '2026-03-29',
    '2026-10-25',
    '2026-03-08',
    '2026-11-01',
    '2026-10-03',
    '2026-04-04',
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...zones),
      fc.constantFrom(...crons),
      fc.constantFrom(...nights),
      fc.integer({ min: 0, max: 48 * 3_600_000 }),
      async (zone, cron, night, ms) => {
        const { next, latest } = await readCron(cron, zone);
        const now = Date.parse(night) + ms;
        const last = latest(now) as number;
        expect(last).toBeLessThanOrEqual(now);
        // Nothing is due between it and now, and it is itself a due time.
        expect(next(last) as number).toBeGreaterThan(now);
        expect(next(last - 1)).toBe(last);
      },
    ),
    { numRuns: 60 },
  );
});

describe('FEATURES 40: an expression is refused with what to do', () => {
  const refusal = async (cron: string, zone = 'UTC') => {
    const error = await readDueCron(cron, zone, NOW).catch((error) => error);
    expect(error).toBeInstanceOf(InvalidInput);
    return (error as InvalidInput).details;
  };

  test.each([
    ['61 * * * *', 'invalid value for minute: 61'],
    ['0 3 * *', 'Use five fields'],
    ['* * * * * * *', 'Use five fields'],
    ['? 3 * * *', 'Use five fields'],
    ['@reboot', 'Use five fields'],
    ['2027-01-01T00:00:00', 'Use five fields'],
    ['0 3 * * FUNDAY', 'Use five fields'],
    ['', 'Use five fields'],
    [`0 3 * * ${'1,'.repeat(200)}1`, 'Use five fields'],
    ['0 0 30 2 *', 'never due'],
    ['0 0 31 4,6,9,11 *', 'never due'],
  ])('%s', async (cron, reason) => {
    expect((await refusal(cron)).cron).toContain(reason);
  });

  test.each(['Mars/Phobos', '', 'Europe', 'Europe/Berlin\u0000', '../UTC'])(
    'in the time zone %p',
    async (zone) => {
      expect((await refusal('0 3 * * *', zone)).timeZone).toContain('Use a name such as');
    },
  );

  test('but not one for a rare date, or with seconds', async () => {
    const leapDay = await readDueCron('0 0 29 2 *', 'UTC', NOW);
    expect(leapDay.next(NOW)).toBe(Date.UTC(2028, 1, 29));
    const seconds = await readDueCron('*/10 * * * * *', 'UTC', NOW);
    expect(seconds.next(NOW + 1)).toBe(NOW + 10_000);
    expect((await readDueCron('@daily', 'UTC', NOW)).next(NOW)).toBe(Date.UTC(2026, 10, 30));
  });
});

describe('FEATURES 40: what a form says becomes cron', () => {
  test.each([
    [{}, '0 3 * * *'],
    [{ every: 'night', at: '03:30' }, '30 3 * * *'],
    [{ every: 'day', at: '14:05' }, '5 14 * * *'],
    [{ every: 'hour', at: '' }, '0 * * * *'],
    [{ every: 'week', at: '9:00', day: 'Friday' }, '0 9 * * 5'],
    [{ every: 'week' }, '0 3 * * 1'],
    [{ cron: ' 0  3 * * 1-5 ' }, '0 3 * * 1-5'],
    [{ every: 'night', at: '03:00', day: '', cron: ' ' }, '0 3 * * *'],
    [{ every: 'cron', at: '', day: null, cron: '@hourly' }, '@hourly'],
  ])('%j', (typed, cron) => {
    expect(cronOf(typed)).toBe(cron);
  });

  test.each([
    [{ every: 'fortnight' }, 'every'],
    [{ every: 7 }, 'every'],
    [{ at: '25:00' }, 'at'],
    [{ at: '03:60' }, 'at'],
    [{ at: 'three' }, 'at'],
    [{ every: 'week', day: 'funday' }, 'day'],
    [{ every: 'cron' }, 'cron'],
    [{ cron: 5 }, 'cron'],
    // Both fields of a contradiction.
    [{ every: 'week', cron: '0 3 * * *' }, 'cron every'],
    [{ cron: '0 3 * * *', at: '03:00' }, 'at cron'],
    [{ cron: '0 3 * * *', day: 'friday' }, 'cron day'],
    [{ every: 'cron', cron: '0 3 * * *', at: '03:00' }, 'at cron every'],
    [{ every: 'hour', at: '03:00' }, 'at every'],
    [{ every: 'hour', day: 'monday' }, 'day every'],
    [{ every: 'night', day: 'monday' }, 'day every'],
    [{ every: 'night', day: 'monday', cron: '0 3 * * *' }, 'cron day every'],
    [{ every: 'week', day: 'friday', at: '03:00', cron: '0 3 * * *' }, 'at cron day every'],
    // Every night is meant where nothing says so.
    [{ day: 'monday' }, 'day'],
  ])('FEATURES 40: %j is refused, and %p named', (typed, fields) => {
    expect(() => cronOf(typed)).toThrow(InvalidInput);
    try {
      cronOf(typed);
    } catch (error) {
      expect(
        Object.keys((error as InvalidInput).details)
          .sort()
          .join(' '),
      ).toBe(fields);
    }
  });
});

describe('FEATURES 40: what is changed of a repetition', () => {
  test.each([
    ['30 3 * * *', { every: 'night', at: '03:30' }],
    ['5 14 * * 5', { every: 'week', at: '14:05', day: 'friday' }],
    ['0 * * * *', { every: 'hour' }],
    ['*/5 * * * *', { every: 'cron', cron: '*/5 * * * *' }],
    ['0 0 3 * * *', { every: 'cron', cron: '0 0 3 * * *' }],
    ['@daily', { every: 'cron', cron: '@daily' }],
  ])('FEATURES 40: %j is shown in a form as %j, which makes it again', (cron, fields) => {
    expect(repetitionOf(cron) as unknown).toEqual(fields);
    expect(cronOf(fields)).toBe(cron);
  });

  test.each([
    ['0 9 * * 5', { at: '04:30' }, '30 4 * * 5'],
    ['0 9 * * 5', { day: 'sunday' }, '0 9 * * 0'],
    ['0 9 * * 5', { every: 'night' }, '0 3 * * *'],
    ['0 9 * * 5', { cron: '@hourly' }, '@hourly'],
    ['0 9 * * *', { at: '10:00' }, '0 10 * * *'],
    ['0 * * * *', { every: 'week', day: 'friday' }, '0 3 * * 5'],
  ])('FEATURES 40: %j, changed by %j, is %j', (before, typed, after) => {
    expect(cronOf(changedRepetition(typed, before) ?? {})).toBe(after);
  });

  test('FEATURES 40: a time of day for what has none is refused, and named', () => {
    const change = (typed: object, before: string) => () =>
      cronOf(changedRepetition(typed, before) ?? {});
    expect(change({ at: '04:30' }, '0 * * * *')).toThrow('Every hour has no time of day.');
    expect(change({ at: '04:30' }, '*/5 * * * *')).toThrow('A cron expression has its own time');
    expect(change({ at: '', every: null }, '30 4 * * 1')()).toBe('0 3 * * *');
    expect(changedRepetition({}, '30 4 * * 1')).toBeUndefined();
  });
});
