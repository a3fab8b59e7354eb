import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readTypedStart } from '../../src/cli/start_options.ts';
import { freshDataDir } from '../support/server.ts';
import { jobsIn, run, stopCommands } from '../support/terminal.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);

/** Noon in the zone of the terminal. */
const NOON = new Date(2026, 0, 31, 12);

describe('FEATURES 41: the options of a start, as they are typed', () => {
  test.each([
    ['13:05', new Date(2026, 0, 31, 13, 5)],
    ['3:00', new Date(2026, 1, 1, 3)],
    ['12:00', new Date(2026, 1, 1, 12)],
    ['2026-02-03T04:05', new Date(2026, 1, 3, 4, 5)],
    ['2026-02-03 04:05:06', new Date(2026, 1, 3, 4, 5, 6)],
    ['2026-02-03T04:05:06Z', new Date('2026-02-03T04:05:06Z')],
  ])('FEATURES 41: --at %s is %o', (at, runAt) => {
    expect(readTypedStart({ at }, NOON)).toEqual({ runAt });
  });

  test.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['8h', 28_800_000],
    ['2d', 172_800_000],
  ])('FEATURES 41: %s as a delay and as a limit', (typed, ms) => {
    expect(readTypedStart({ delay: typed, timeout: typed })).toEqual({
      delayMs: ms,
      timeoutMs: ms,
    });
  });

  test.each([
    [{ at: 'tomorrow' }, '--at must be'],
    [{ at: '25:00' }, '--at must be'],
    [{ delay: '5' }, '--delay must be'],
    [{ timeout: 'long' }, '--timeout must be'],
    // The limit is told in the unit that was typed.
    [{ delay: '367d' }, '--delay must be at most 366d.'],
    [{ delay: '8785h' }, '--delay must be at most 8784h (366 days).'],
    [{ delay: '99999999999999s' }, '--delay must be at most 31622400s (366 days).'],
    [{ timeout: '8d' }, '--timeout must be at most 7d.'],
    [{ timeout: '169h' }, '--timeout must be at most 168h (7 days).'],
    [{ timeout: '0s' }, '--timeout must be 1s or more.'],
  ])('FEATURES 41: %o is refused', (typed, message) => {
    expect(() => readTypedStart(typed)).toThrow(message);
  });
});

test('FEATURES 41: a command starts a job later, with a priority and a limit; another lets it start next', async () => {
  const dataDir = freshDataDir();
  const options = ['--delay', '8h', '--priority', '-4', '--timeout', '10m'];
  const { stdout } = await run(['scrape', 'aurora_lab', ...options, '--json', '--detach'], {
    dataDir,
  });
  const [job] = jobsIn(stdout);
  expect(job).toMatchObject({ priority: -4, timeoutMs: 600_000, status: 'queued' });
  const shown = await run(['jobs', 'show', job?.id ?? ''], { dataDir });
  expect(shown.stdout).toMatch(/queued, starts /);
  expect(shown.stdout).toMatch(/priority +−4\n/);
  expect(shown.stdout).toMatch(/time limit +10 min for each attempt\n/);
  const first = await run(['jobs', 'first', job?.id ?? ''], { dataDir });
  expect(first.stdout).toContain('starts next.');
  const [moved] = jobsIn((await run(['jobs', 'list', '--json'], { dataDir })).stdout);
  expect(moved).not.toHaveProperty('runAt');
  expect(moved).toMatchObject({ priority: -4, movedToFront: true });
  const again = await run(['jobs', 'show', job?.id ?? ''], { dataDir });
  expect(again.stdout).toMatch(/priority +−4, moved to the front of the queue\n/);
  const refused = await run(['embed', '--priority', '40', '--detach'], { dataDir });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('--priority');
  const both = ['--at', '03:00', '--delay', '8h', '--detach'];
  expect((await run(['embed', ...both], { dataDir })).stderr).toContain(
    '--at and --delay: Give a time',
  );
  const far = await run(['embed', '--at', '2099-01-01T03:00', '--detach'], { dataDir });
  expect(far.stderr).toContain('--at must be a time at most 366 days ahead');
  const past = await run(['embed', '--at', '2020-01-31T03:00:00Z', '--detach'], { dataDir });
  expect(past).toMatchObject({ code: 0 });
  expect(past.stderr).toContain(
    'The start, 31 Jan 2020, 03:00 UTC, is in the past: the job starts now.',
  );
});
