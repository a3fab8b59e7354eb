import type { Command } from 'commander';
import { examples } from './help.ts';

const ID = 'how the id begins or ends is enough';
const JSON_LINES = 'one JSON object a line';

/** `xgpt jobs …`: what there is, and what is to become of it. */
export function addJobCommands(program: Command): void {
  const jobs = program.command('jobs').description('list, watch, cancel and retry jobs');
  jobs.addHelpText(
    'after',
    examples(
      ['xgpt jobs list --status failed', 'what went wrong'],
      ['xgpt jobs watch', 'what is under way, live'],
      ['xgpt jobs show 4f2a91c0', 'one of them; how its id ends is enough'],
    ),
  );
  addList(jobs);
  addShow(jobs);
  addWatch(jobs);
  addWait(jobs);
  addChanges(jobs);
}

function addList(jobs: Command): void {
  const list = jobs.command('list').alias('ls').description('the newest jobs');
  addFilterOptions(list)
    .option('--limit <n>', 'so many at most, 1 to 1,000 (default: 50)')
    .option('--json', JSON_LINES)
    .addHelpText(
      'after',
      examples(
        ['xgpt jobs list --type scrape --limit 5', 'the latest five'],
        ['xgpt jobs list --status failed --since 24h', 'what went wrong since yesterday'],
      ),
    )
    .action(async () => {
      const { listJobs } = await import('./jobs/list.ts');
      await listJobs(list.opts());
    });
}

function addShow(jobs: Command): void {
  const show = jobs.command('show').description('everything about a job');
  show
    .argument('<id>', ID)
    .option('--log', 'its log alone, from the first line that is kept')
    .option('--follow', 'its log until it ends')
    .option('--json', 'one JSON object: job, attempts, steps, children')
    .addHelpText('after', examples(['xgpt jobs show 4f2a91c0 --log', 'all that it wrote']))
    .action(async (id: string) => {
      const { showJob } = await import('./jobs/show.ts');
      process.exitCode = await showJob(id, show.opts());
    });
}

function addWatch(jobs: Command): void {
  const watch = jobs.command('watch').description('a job until it ends, or all that are under way');
  watch
    .argument('[id]', ID)
    .option('--log', 'the lines of its log as well')
    .option('--json', `${JSON_LINES}: each change, last the job`)
    .addHelpText(
      'after',
      examples(
        ['xgpt jobs watch', 'everything, until Ctrl-C'],
        ['xgpt jobs watch 4f2a91c0', 'one; Ctrl-C does not touch it, its end is the exit code'],
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
    .description('wait quietly until all have ended; the exit code is as their own would be')
    .argument('<id...>', ID)
    .addHelpText(
      'after',
      examples(
        ['xgpt jobs wait 4f2a91c0 77b0e3d2', '0 when both completed'],
        ['xgpt jobs wait $(xgpt embed --detach) && xgpt posts --meaning jazz', 'one after another'],
      ),
    )
    .action(async (ids: string[]) => {
      const { waitForJobs } = await import('./jobs/wait.ts');
      process.exitCode = await waitForJobs(ids);
    });
}

function addChanges(jobs: Command): void {
  const cancel = jobs.command('cancel').description('stop jobs; what they have stored stays');
  addFilterOptions(cancel.argument('[id...]', ID))
    .addHelpText(
      'after',
      examples(
        ['xgpt jobs cancel 4f2a91c0 77b0e3d2', 'two of them'],
        ['xgpt jobs cancel --status queued', 'all that wait'],
      ),
    )
    .action(async (ids: string[]) => {
      const { cancelJobs } = await import('./jobs/change.ts');
      process.exitCode = await cancelJobs(ids, cancel.opts());
    });
  const retry = jobs
    .command('retry')
    .description('put ended jobs back into the line; they go on from what they have stored');
  addFilterOptions(retry.argument('[id...]', ID))
    .addHelpText(
      'after',
      examples(
        ['xgpt jobs retry 4f2a91c0', 'go on where it stopped'],
        ['xgpt jobs retry --failure exhausted --since 24h', 'what used up its attempts'],
      ),
    )
    .action(async (ids: string[]) => {
      const { retryJobs } = await import('./jobs/change.ts');
      process.exitCode = await retryJobs(ids, retry.opts());
    });
  const remove = jobs.command('rm').description('forget jobs; what they have stored stays');
  addFilterOptions(remove.argument('[id...]', ID))
    .option('--force', 'also those that are under way')
    .addHelpText(
      'after',
      examples(
        ['xgpt jobs rm --force 4f2a91c0', 'stop it and forget it'],
        ['xgpt jobs rm --status cancelled', 'all of them'],
      ),
    )
    .action(async (ids: string[]) => {
      const { removeJobs } = await import('./jobs/change.ts');
      process.exitCode = await removeJobs(ids, remove.opts());
    });
}

/** The options that say which jobs are meant. */
function addFilterOptions(command: Command): Command {
  return command
    .option('--status <status>', 'only those that are queued, running, failed …')
    .option(
      '--failure <kind>',
      'only those that failed this way: permanent, exhausted, interrupted, timeout',
    )
    .option('--type <type>', 'only those of a type: scrape, search, discover, embed')
    .option('--session <name>', 'only those started with that --session')
    .option('--words <text>', 'only those that were asked, say or failed with these words')
    .option('--since <time>', 'only those from then on: 90m, 24h, 7d ago, or 2026-01-31T12:00Z')
    .option('--until <time>', 'only those from before then');
}
