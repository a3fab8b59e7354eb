import { describe, expect, test } from 'bun:test';
import { filesMatching, readText } from './source_files.ts';

/** `where`: only files whose path it matches. */
type Rule = [pattern: RegExp, instead: string, where?: RegExp];

/**
 * Words this code base does not use, and what it says instead. Patterns are matched against text
 * in which names are divided: `takeOver` reads "take Over", `take_over` stays as it is.
 */
const WORDS: Rule[] = [
  [/\bdesks?\b/i, 'rescuer, completion, or what it does'],
  [/\b[Tt]ake Over\b|\btake_over\b/, 'rescuer'],
  [/\bhearts?\b/i, 'heartbeat'],
  [/\bglances?\b/i, 'notifier'],
  [/\bpulses?\b/i, 'stall detector'],
  [/\bspeed\b/i, 'progress rate'],
  [/\bcomplaints?\b/i, 'error reporter'],
  [/\bheed(ful|s|ed)?\b/i, 'write guard, watch'],
  [/\bsweepers?\b|\bsweeps?\b/i, 'pruner'],
  [/\bsettle\b|\bgive Up\b/, 'completion', /^src\/jobs\//],
  [/\bfor its turn\b/i, 'queue'],
  [/\bin line\b|\bplace in the line\b/i, 'position, queue'],
  [/\bat work\b/i, 'running, active'],
  [/\bvitals?\b/i, 'health, process registry, clock watch'],
  [/\b(attempt|work|services|gate|answer|others)\.tsx?\b/, 'executor, worker, responses, …'],
  [/\bguesses\b/i, 'login_throttle'],
  [/\bAsking\b/, 'RequestContext'],
  [/\b[Bb]ring In\b|\bbring_in\b/, 'copyIntoImports'],
  [/\b[A-Z_]*(MOST|LONGEST|LARGEST)_/, 'MAX_…'],
  [/\b\w*LOOK_MS\b/, 'POLL_MS with its subject'],
  [/\baskers?\b/i, 'client'],
];

const SENTENCES: Rule[] = [
  [/not asked like that/i, 'Method not allowed.'],
  [/line at the top of every page/i, 'Use the navigation at the top of the page.'],
  [/wants to know who asks/i, 'Authentication required.'],
  [/no cursor of ours/i, 'Invalid cursor.'],
  [/does not go by that name/i, 'Unrecognised host name.'],
  [/\bjobs? is meant\b/i, 'This applies to all 12 jobs.'],
  [/\bsafe place\b/i, 'stop at the next checkpoint'],
  [/\bso many at most\b/i, 'maximum number, 1–1,000'],
  [/\bprint what there is\b/i, 'show help'],
  [/\bwhat was asked\b/i, 'Input'],
  [/\bIn the head\b|\bIn the address\b|\bin the request's head\b/, 'Headers, Parameters'],
  [/\bit is no JSON\b/i, 'The result is not JSON-serialisable.'],
  [/\bfinds? back\b/i, 'pages reconnect automatically'],
  [/\bis all it wants\b/i, 'You need Node or Bun'],
  [/\bAll is well again\b|\bThat is over\b/, 'Recovered: the disk has space again.'],
  [/\bwho(ever)? asks\b/i, 'the client'],
  [/\bbears the sign\b/i, 'shows the icon'],
  [/\bkept up gets\b/i, 'a connection that is up to date receives'],
];

/** Posts of the synthetic sample are written in everyday language; this folder names the words. */
const IGNORED =
  /node_modules\/|^test\/(house|recording)\/|^src\/sources\/sample\/(topics|people|writing)/;

const FILES = filesMatching(
  'README.md',
  'CHANGELOG.md',
  'docs/**/*.md',
  'findings/*',
  'public/css/**/*.css',
  '{src,views,bench,test}/**/*.{ts,tsx,md}',
).filter((path) => !IGNORED.test(path));

function divideNames(text: string): string {
  return text.replace(/([a-z0-9])([A-Z])/g, '$1 $2');
}

function unwanted(text: string, rules: Rule[], path = ''): string[] {
  const divided = divideNames(text).replace(/\s+(?:\*|\/\/|#)?\s*/g, ' ');
  return rules.flatMap(([pattern, , where]) =>
    where && !where.test(path) ? [] : (pattern.exec(divided)?.[0] ?? []),
  );
}

describe('words', () => {
  test('names and sentences are plain English, in the words of the field', async () => {
    const found: string[] = [];
    for (const path of FILES) {
      const text = `${path}\n${await readText(path)}`;
      for (const word of unwanted(text, [...WORDS, ...SENTENCES], path))
        found.push(`${path}: ${word}`);
    }
    expect(found).toEqual([]);
  });

  test('are found in any spelling', () => {
    expect(unwanted('const takeOverDesk = MOST_JOBS', WORDS)).toEqual([
      'Desk',
      'take Over',
      'MOST_',
    ]);
    expect(unwanted('src/jobs/engine/take_over.ts', WORDS)).toEqual(['take_over']);
    expect(unwanted('// It stops at the next safe\n  // place.', SENTENCES)).toEqual([
      'safe place',
    ]);
  });

  test('are not found inside of others', () => {
    expect(unwanted('heartbeat, desktop, allMostly, MAX_JOBS, discover', WORDS)).toEqual([]);
  });
});
