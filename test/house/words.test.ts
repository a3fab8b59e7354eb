import { describe, expect, test } from 'bun:test';
import { expectOnly } from './remaining.ts';
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
  'public/css/*.css',
  '{src,views,bench,test}/**/*.{ts,tsx,md}',
).filter((path) => !IGNORED.test(path));

/** What is left, as `file: word`. To be emptied. */
const REMAINING: string[] = [
  'bench/stream_server.ts: Vitals',
  'bench/suite/cpu.ts: LOOK_MS',
  'bench/suite/run.ts: complaint',
  'src/app/bootstrap.ts: Vitals',
  'src/app/server.ts: vitals',
  'src/app/shutdown.ts: vitals',
  'src/app/worker.ts: vitals',
  'src/browser/live_source.ts: LOOK_MS',
  'src/browser/report_progress.ts: speed',
  'src/browser/shared_stream.ts: take Over',
  'src/cli/attend.ts: others.ts',
  'src/cli/attend.ts: vitals',
  'src/cli/exit.ts: what was asked',
  'src/cli/follow.ts: LOOK_MS',
  'src/cli/follow.ts: at work',
  'src/cli/job_commands.ts: so many at most',
  'src/cli/jobs/change.ts: at work',
  'src/cli/jobs/watch.ts: at work',
  'src/cli/jobs/watch.ts: in line',
  'src/cli/library_commands.ts: so many at most',
  'src/cli/open_jobs.ts: Vitals',
  'src/cli/open_jobs.ts: others.ts',
  'src/cli/others.ts: others.ts',
  'src/cli/others.ts: vitals',
  'src/cli/output.ts: heed',
  'src/cli/progress/bars.ts: at work',
  'src/cli/run_command.ts: What was asked',
  'src/cli/run_operation.ts: others.ts',
  'src/cli/run_operation.ts: vitals',
  'src/client/job_state.ts: for its turn',
  'src/embedding/local/model_process.ts: who asks',
  'src/embedding/local/npm_package.ts: complaint',
  'src/jobs/definition.ts: what was asked',
  'src/jobs/lifecycle.ts: at work',
  'src/jobs/lifecycle.ts: for its turn',
  'src/jobs/listing.ts: what was asked',
  'src/jobs/store/sqlite/leases.ts: settle',
  'src/platform/vitals.ts: All is well again',
  'src/platform/vitals.ts: vitals',
  'src/sources/sample/corpus.ts: Desk',
  'src/sources/sample/corpus.ts: at work',
  'src/sources/sample/desk.ts: desk',
  'src/sources/sample/index.ts: desk',
  'src/text/abridged_job.ts: what was asked',
  'src/text/format.ts: speed',
  'src/text/job_text.ts: what was asked',
  'src/web/app.ts: vitals',
  'src/web/deps.ts: Vitals',
  'src/web/http/errors.tsx: vitals',
  'src/web/live/jobs_stream.ts: vitals',
  'src/web/live/sse.ts: LOOK_MS',
  'src/web/live/taskbar.tsx: LOOK_MS',
  'src/web/live/taskbar.tsx: Vitals',
  'src/web/routes/layout.ts: vitals',
  'src/web/routes/health.ts: vitals',
  'src/web/routes/streams.ts: vitals',
  'test/browser/accessibility.test.ts: DESK',
  'test/browser/job_list.test.ts: desk',
  'test/browser/main_job.test.ts: at work',
  'test/browser/taskbar.test.ts: at work',
  'test/chaos/verdict.ts: at work',
  'test/cli/jobs.test.ts: what was asked',
  'test/client/connection.test.ts: for its turn',
  'test/jobs/async_interleavings.test.ts: At Work',
  'test/jobs/bulk.test.ts: at work',
  'test/jobs/children.test.ts: at work',
  'test/jobs/engine/tidying.test.ts: at work',
  'test/jobs/faults.test.ts: at work',
  'test/jobs/interleavings.test.ts: asker',
  'test/jobs/interleavings.test.ts: at work',
  'test/jobs/log.test.ts: at work',
  'test/jobs/other_processes.test.ts: LOOK_MS',
  'test/jobs/state_machine.test.ts: at work',
  'test/platform/vitals.test.ts: All is well again',
  'test/platform/vitals.test.ts: vitals',
  'test/process/access.test.ts: guesses',
  'test/process/bad_days.test.ts: complaints',
  'test/process/bad_days.test.ts: vitals',
  'test/process/faults.test.ts: at work',
  'test/support/app.ts: Vitals',
  'test/support/busy_server.ts: Vitals',
  'test/support/job_history.ts: at work',
  'test/support/job_world.ts: at work',
  'test/support/race.ts: at work',
  'test/text/format.test.tsx: speed',
  'test/views/job_card.test.tsx: in line',
  'test/views/job_card.test.tsx: speed',
  'test/views/layout.test.tsx: place in the line',
  'test/views/pages/answers.test.tsx: what was asked',
  'test/views/pages/dashboard.test.tsx: at work',
  'test/views/pages/job.test.tsx: in line',
  'test/views/pages/job.test.tsx: what was asked',
  'test/views/pages/jobs.test.tsx: at work',
  'test/views/taskbar.test.tsx: bears the sign',
  'test/web/access.test.ts: guesses',
  'test/web/eden.test.ts: What was asked',
  'test/web/job_log.test.ts: at work',
  'test/web/large_jobs.test.ts: At work',
  'test/web/odd_keys.test.ts: what was asked',
  'test/web/openapi.test.ts: at work',
  'views/jobs/job_card.tsx: In Line',
  'views/jobs/job_live.tsx: At Work',
  'views/jobs/job_live.tsx: speed',
  'views/jobs/job_progress.tsx: at work',
  'views/jobs/job_progress.tsx: speed',
  'views/jobs/job_report.tsx: in line',
  'views/jobs/job_report.tsx: what was asked',
  'views/jobs/job_table.tsx: desk',
  'views/live_part.tsx: at work',
  'views/pages/api.tsx: In the head',
  'views/pages/bulk.tsx: job is meant',
  'views/profiles/profile_table.tsx: desk',
  'views/view_models.ts: in line',
  "views/view_models.ts: in the request's head",
  'views/view_models.ts: speed',
];

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
    expectOnly(found, REMAINING);
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
