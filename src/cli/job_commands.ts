import { Option } from 'commander';
import { OPERATION_TYPES } from '../operations/words.ts';
import type { DocumentedCommand } from './help.ts';
import type { RemoveOptions } from './jobs/change.ts';
import type { FilterOptions } from './jobs/filter.ts';
import type { ListOptions } from './jobs/list.ts';
import type { ShowOptions } from './jobs/show.ts';
import type { WatchOptions } from './jobs/watch.ts';

const ID = 'job id; its beginning or end is enough';
const JSON_LINES = 'one JSON object per line';

/** `xgpt jobs …`: list, watch and change jobs. */
export function addJobCommands(program: DocumentedCommand): void {
  const jobs = program.command('jobs').description('list, watch, cancel and retry jobs');
  jobs.examples(
    ['xgpt jobs', 'the newest jobs'],
    ['xgpt jobs --status failed', 'jobs that failed'],
    ['xgpt jobs watch', 'active jobs, live'],
    ['xgpt jobs show 4f2a91c0', 'one job, by the end of its id'],
  );
  addList(jobs);
  addShow(jobs);
  addWatch(jobs);
  addWait(jobs);
  addChanges(jobs);
}

function addList(jobs: DocumentedCommand): void {
  addFilterOptions(
    jobs.command('list').alias('ls').description('list the newest jobs (the default)'),
  )
    .option('--limit <n>', 'maximum number, 1–1,000 (default: 50)')
    .option('--json', JSON_LINES)
    .examples(
      ['xgpt jobs list --type scrape --limit 5', 'the latest five'],
      ['xgpt jobs list --status failed --since 24h', 'failures since yesterday'],
    )
    .action(async (options: ListOptions) => {
      const { listJobs } = await import('./jobs/list.ts');
      await listJobs(options);
    });
}

function addShow(jobs: DocumentedCommand): void {
  jobs
    .command('show')
    .description('show everything about a job')
    .argument('<id>', ID)
    .option('--log', 'show its log only, from the first line kept')
    .option('--follow', 'follow its log until it ends')
    .option(
      '--json',
      'one JSON object: job, attempts, steps, children; with --log or --follow one per line',
    )
    .examples(['xgpt jobs show 4f2a91c0 --log', 'its whole log'])
    .action(async (id: string, options: ShowOptions) => {
      const { showJob } = await import('./jobs/show.ts');
      process.exitCode = await showJob(id, options);
    });
}

function addWatch(jobs: DocumentedCommand): void {
  jobs
    .command('watch')
    .description('follow a job until it ends, or all active jobs')
    .argument('[id]', ID)
    .addOption(new Option('--log', 'also show its log; of one job').conflicts('json'))
    .option('--json', `${JSON_LINES}: every change, then the final job`)
    .examples(
      ['xgpt jobs watch', 'all active jobs, until Ctrl-C'],
      ['xgpt jobs watch 4f2a91c0', 'one job; Ctrl-C only stops watching'],
    )
    .action(async (id: string | undefined, options: WatchOptions) => {
      const { watchAll, watchJob } = await import('./jobs/watch.ts');
      process.exitCode = await (id === undefined ? watchAll(options) : watchJob(id, options));
    });
}

function addWait(jobs: DocumentedCommand): void {
  jobs
    .command('wait')
    .description(
      'wait until all jobs have ended; exit with the code of the first that did not complete',
    )
    .argument('<id...>', ID)
    .examples(
      ['xgpt jobs wait 4f2a91c0 77b0e3d2', 'exits with 0 if both completed'],
      ['xgpt jobs wait $(xgpt embed --detach) && xgpt posts --meaning jazz', 'embed, then search'],
    )
    .action(async (ids: string[]) => {
      const { waitForJobs } = await import('./jobs/wait.ts');
      process.exitCode = await waitForJobs(ids);
    });
}

function addChanges(jobs: DocumentedCommand): void {
  addChange(jobs, 'cancel', 'stop jobs; what they have stored is kept')
    .examples(
      ['xgpt jobs cancel 4f2a91c0 77b0e3d2', 'two jobs'],
      ['xgpt jobs cancel --status queued', 'all queued jobs'],
    )
    .action(async (ids: string[], options: FilterOptions) => {
      const { cancelJobs } = await import('./jobs/change.ts');
      process.exitCode = await cancelJobs(ids, options);
    });
  addChange(
    jobs,
    'retry',
    'queue ended jobs again; failed and cancelled ones resume where they stopped',
  )
    .examples(
      ['xgpt jobs retry 4f2a91c0', 'resume where it stopped'],
      ['xgpt jobs retry --failure exhausted --since 24h', 'jobs that used up their attempts'],
    )
    .action(async (ids: string[], options: FilterOptions) => {
      const { retryJobs } = await import('./jobs/change.ts');
      process.exitCode = await retryJobs(ids, options);
    });
  jobs
    .command('first')
    .description('let waiting jobs start next of their type, whatever they wait for')
    .argument('[id...]', ID)
    .examples(['xgpt jobs first 4f2a91c0', 'before all others that wait'])
    .action(async (ids: string[]) => {
      const { runNext } = await import('./jobs/change.ts');
      process.exitCode = await runNext(ids);
    });
  for (const verb of ['pin', 'unpin'] as const) {
    jobs
      .command(verb)
      .description(
        verb === 'pin'
          ? 'keep jobs until they are removed, however long ago they ended'
          : 'keep pinned jobs only as long as others',
      )
      .argument('[id...]', ID)
      .action(async (ids: string[]) => {
        const { pinJobs } = await import('./jobs/change.ts');
        process.exitCode = await pinJobs(ids, verb === 'pin');
      });
  }
  addChange(jobs, 'rm', 'remove jobs, pinned ones by id only; what they stored is kept')
    .option('--force', 'also active jobs; works with ids only')
    .examples(
      ['xgpt jobs rm --force 4f2a91c0', 'stop and remove it'],
      ['xgpt jobs rm --status cancelled', 'all cancelled jobs'],
    )
    .action(async (ids: string[], options: RemoveOptions) => {
      const { removeJobs } = await import('./jobs/change.ts');
      process.exitCode = await removeJobs(ids, options);
    });
}

/** A command for jobs by their ids, or for those that a filter selects. */
function addChange(jobs: DocumentedCommand, name: string, does: string): DocumentedCommand {
  return addFilterOptions(jobs.command(name).description(does).argument('[id...]', ID));
}

/** The options that select jobs. */
function addFilterOptions(command: DocumentedCommand): DocumentedCommand {
  return command
    .option('--status <status>', 'only jobs with this status: queued, running, failed …')
    .option(
      '--failure <kind>',
      'only jobs that failed for this reason: permanent, exhausted, interrupted, timeout',
    )
    .option('--type <type>', `only jobs of this type: ${OPERATION_TYPES.join(', ')}`)
    .option('--session <name>', 'only jobs of this session')
    .option('--words <text>', 'only jobs with these words in their input, message or error')
    .option(
      '--since <time>',
      'only jobs created since then: 90m, 24h, 7d ago, or 2026-01-31T12:00Z',
    )
    .option('--until <time>', 'only jobs created before then');
}
