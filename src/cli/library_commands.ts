import type { Command } from 'commander';
import { examples } from './help.ts';

const JSON_LINES = 'one JSON object a line';
const MOST = 'so many at most, 1 to 1,000,000 (default: 20)';
const MAX_POSTS = 'so many at most, 1 to 1,000,000, by meaning 100 (default: 20)';

/** `xgpt posts` and `xgpt users list`: what was collected. */
export function addLibraryCommands(program: Command, users: Command): void {
  const posts = program
    .command('posts')
    .description('find posts that were collected, by their words or by meaning');
  posts
    .argument('[words...]', 'what they say; all posts without')
    .option('--meaning', 'those nearest in meaning, nearest first, once xgpt embed has run')
    .option('--author <user>', 'only those of an author')
    .option('--source <name>', 'only those from there: sample, archive')
    .option('--limit <n>', MAX_POSTS)
    .option('--json', JSON_LINES)
    .addHelpText(
      'after',
      examples(
        ['xgpt posts telescope', 'the newest with this word'],
        ['xgpt posts --meaning music in small clubs', 'whatever words they use'],
        ['xgpt posts --author aurora_lab --limit 1000000 --json', 'all of an author’s, to keep'],
      ),
    )
    .action(async (words: string[]) => {
      const { showPosts } = await import('./library.ts');
      await showPosts(words, posts.opts());
    });
  const list = users.command('list').description('find people whose profiles were collected');
  list
    .argument('[words...]', 'what their names or bios say; everybody without')
    .option('--limit <n>', MOST)
    .option('--json', JSON_LINES)
    .addHelpText('after', examples(['xgpt users list climbing', 'those who climb']))
    .action(async (words: string[]) => {
      const { showProfiles } = await import('./library.ts');
      await showProfiles(words, list.opts());
    });
}
