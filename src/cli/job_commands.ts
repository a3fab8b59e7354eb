import type { Command } from 'commander';
import { examples } from './help.ts';

const ID = 'job id; its beginning or end is enough';
const JSON_LINES = 'one JSON object per line';

/** `xgpt jobs …`: list, watch and change jobs. */
export function addJobCommands(program: Command): void {
  const jobs = program.command('jobs').description('list, watch, cancel and retry jobs');
  jobs.addHelpText(
    'after',
    examples(
      ['xgpt jobs list --status failed', 'jobs that failed'],
      ['xgpt jobs watch', 'active jobs, live'],
      ['xgpt jobs show 4f2a91c0', 'one job, by the end of its id'],
    ),
  );
  addList(jobs);
  addShow(jobs);
  addWatch(jobs);
  addWait(jobs);
  addChanges(jobs);
}

function addList(jobs: Command): void {
  const list = jobs.command('list').alias('ls').description('list the newest jobs');
  addFilterOptions(list)
    .option('--limit <n>', 'maximum number, 1–1,000 (default: 50)')
    .option('--json', JSON_LINES)
    .addHelpText(
      'after',
      examples(
        ['xgpt jobs list --type scrape --limit 5', 'the latest five'],
        ['xgpt jobs list --status failed --since 24h', 'failures since yesterday'],
      ),
    )
    .action(async () => {
      const { listJobs } = await import('./jobs/list.ts');
      await listJobs(list.opts());
    });
}

function addShow(jobs: Command): void {
  const show = jobs.command('show').description('show everything about a job');
  show
    .argument('<id>', ID)
    .option('--log', 'show its log only, from the first line kept')
    .option('--follow', 'follow its log until it ends')
    .option('--json', 'one JSON object: job, attempts, steps, children')
    .addHelpText('after', examples(['xgpt jobs show 4f2a91c0 --log', 'its whole log']))
    .action(async (id: string) => {
      const { showJob } = await import('./jobs/show.ts');
      process.exitCode = await showJob(id, show.opts());
    });
}

function addWatch(jobs: Command): void {
  const watch = jobs.command('watch').description('follow a job until it ends, or all active jobs');
  watch
    .argument('[id]', ID)
    .option('--log', 'also show its log')
    .option('--json', `${JSON_LINES}: every change, then the final job`)
    .addHelpText(
      'after',
      examples(
        ['xgpt jobs watch', 'all active jobs, until Ctrl-C'],
        ['xgpt jobs watch 4f2a91c0', 'one job; Ctrl-C only stops watching'],
      ),
    )
    .action(async (id: string | undefined) => {
      const { watchAll, watchJob } = await import('./jobs/watch.ts');
      process.exitCode = await (id === undefined
        ? watchAll(watch.opts())
        : watchJob(id, watch.opts()));
    });
}

function addWait(jobs: Command): void {
  jobs
    .command('wait')
    .description(
      'wait until all jobs have ended; exit with the code of the first that did not complete',
    )
    .argument('<id...>', ID)
    .addHelpText(
      'after',
      examples(
        ['xgpt jobs wait 4f2a91c0 77b0e3d2', 'exits with 0 if both completed'],
        [
          'xgpt jobs wait $(xgpt embed --detach) && xgpt posts --meaning jazz',
          'embed, then search',
        ],
      ),
    )
    .action(async (ids: string[]) => {
      const { waitForJobs } = await import('./jobs/wait.ts');
      process.exitCode = await waitForJobs(ids);
    });
}

function addChanges(jobs: Command): void {
  const cancel = jobs.command('cancel').description('stop jobs; what they have stored is kept');
  addFilterOptions(cancel.argument('[id...]', ID))
    .addHelpText(
      'after',
      examples(
        ['xgpt jobs cancel 4f2a91c0 77b0e3d2', 'two jobs'],
        ['xgpt jobs cancel --status queued', 'all queued jobs'],
      ),
    )
    .action(async (ids: string[]) => {
      const { cancelJobs } = await import('./jobs/change.ts');
      process.exitCode = await cancelJobs(ids, cancel.opts());
    });
  const retry = jobs
    .command('retry')
    .description('queue ended jobs again; failed and cancelled ones resume where they stopped');
  addFilterOptions(retry.argument('[id...]', ID))
    .addHelpText(
      'after',
      examples(
        ['xgpt jobs retry 4f2a91c0', 'resume where it stopped'],
        ['xgpt jobs retry --failure exhausted --since 24h', 'jobs that used up their attempts'],
      ),
    )
    .action(async (ids: string[]) => {
      const { retryJobs } = await import('./jobs/change.ts');
      process.exitCode = await retryJobs(ids, retry.opts());
    });
  const remove = jobs.command('rm').description('remove jobs; what they have stored is kept');
  addFilterOptions(remove.argument('[id...]', ID))
    .option('--force', 'also active jobs; works with ids only')
    .addHelpText(
      'after',
      examples(
        ['xgpt jobs rm --force 4f2a91c0', 'stop and remove it'],
        ['xgpt jobs rm --status cancelled', 'all cancelled jobs'],
      ),
    )
    .action(async (ids: string[]) => {
      const { removeJobs } = await import('./jobs/change.ts');
      process.exitCode = await removeJobs(ids, remove.opts());
    });
}

/** The options that select jobs. */
function addFilterOptions(command: Command): Command {
  return command
    .option('--status <status>', 'only jobs with this status: queued, running, failed …')
    .option(
      '--failure <kind>',
      'only jobs that failed for this reason: permanent, exhausted, interrupted, timeout',
    )
    .option('--type <type>', 'only jobs of this type: scrape, search, discover, embed')
    .option('--session <name>', 'only jobs of this session')
    .option('--words <text>', 'only jobs with these words in their input, message or error')
    .option(
      '--since <time>',
      'only jobs created since then: 90m, 24h, 7d ago, or 2026-01-31T12:00Z',
    )
    .option('--until <time>', 'only jobs created before then');
}
