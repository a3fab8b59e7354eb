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
  const refused = await run(['embed', '--priority', '40', '--detach'], { dataDir });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('--priority');
});
