import { Option } from 'commander';
import type { FindCommandOptions } from './find.ts';
import type { DocumentedCommand } from './help.ts';
import type { PostsOptions } from './library.ts';

const JSON_LINES = 'one JSON object per line';
const LIMIT = 'maximum number, 1–1,000,000 (default: 20)';
const POSTS_LIMIT = 'maximum number, 1–1,000,000, with --meaning 1–100 (default: 20)';

/**
 * `xgpt find`, `xgpt posts` and `xgpt users list`: search the library.
 * @param typed what was typed. The sources, which are slow to load, are named only for `posts`.
 */
export async function addLibraryCommands(
  program: DocumentedCommand,
  users: DocumentedCommand,
  typed: string[],
): Promise<void> {
  const sources = typed.some((word) => word === 'posts' || word === 'find')
    ? `: ${await sourceNames()}`
    : '';
  program
    .command('posts')
    .description('find collected posts by words or by meaning')
    .argument('[words...]', 'words to look for (default: all posts)')
    .option('--meaning', 'find by meaning, nearest first; run xgpt embed first')
    .option('--author <user>', 'only posts by this author')
    .option('--source <name>', `only posts from this source${sources}`)
    .option('--limit <n>', POSTS_LIMIT)
    .option('--json', JSON_LINES)
    .examples(
      ['xgpt posts telescope', 'the newest posts with this word'],
      ['xgpt posts --meaning music in small clubs', 'by meaning, in any words'],
      ['xgpt posts --author aurora_lab --limit 1000000 --json', 'all posts by an author'],
    )
    .action(async (words: string[], options: PostsOptions) => {
      const { showPosts } = await import('./library.ts');
      await showPosts(words, options);
    });
  addFindCommand(program, sources);
  users
    .command('list')
    .description('find collected profiles (the default)')
    .argument('[words...]', 'words in names or bios (default: all profiles)')
    .option('--limit <n>', LIMIT)
    .option('--json', JSON_LINES)
    .examples(['xgpt users list climbing', 'people who climb'])
    .action(async (words: string[], options: PostsOptions) => {
      const { showProfiles } = await import('./library.ts');
      await showProfiles(words, options);
    });
}

function addFindCommand(program: DocumentedCommand, sources: string): void {
  program
    .command('find')
    .description('find what was collected, by words and by meaning')
    .argument('[query...]', "what to find; quote operators: 'jazz -trumpet from:ada'")
    .takesExcluded()
    .option('--by <way>', 'best, words or meaning (default: best, which fuses both)')
    .option('--sort <order>', 'best or newest (default: best)')
    .option('--author <user>', 'only posts by this author')
    .option('--source <name>', `only posts from this source${sources}`)
    .option('--since <date>', 'only posts since this date, or the last days: 7d')
    .option('--until <date>', 'only posts until the end of this date')
    .option('--like <source:id>', 'posts like this one')
    .option('--limit <n>', 'maximum number, 1–1,000,000 (default: 20; with --csv all)')
    .option('--json', JSON_LINES)
    .addOption(new Option('--csv', 'as CSV, with a line of names').conflicts('json'))
    .option('--save <name>', 'save it under this name, too')
    .option('--replace', 'with --save: replace a saved find of this name')
    .option('--saved <name>', 'the saved find of this name, see xgpt finds')
    .option('--new', 'with --saved: only posts collected since it was last opened')
    .examples(
      ['xgpt find telescope', 'the best by words and by meaning'],
      ['xgpt find \'"night sky" -moon since:2026-01-01\'', 'with operators'],
      ['xgpt find --author aurora_lab --csv > posts.csv', 'everything of an author'],
      ["xgpt find --save sky 'telescope OR comet'", 'keep it under a name'],
      ['xgpt find --saved sky --limit 5', 'and show it again'],
    )
    .action(async (words: string[], options: FindCommandOptions) => {
      const { showFound } = await import('./find.ts');
      await showFound(words, options);
    });
}

async function sourceNames(): Promise<string> {
  const [{ createSources }, { loadConfig }] = await Promise.all([
    import('../sources/index.ts'),
    import('../platform/config.ts'),
  ]);
  // The names do not depend on settings, and an installed package has no default folder.
  return [...createSources(loadConfig({ XGPT_DATA_DIR: '.' })).keys()].join(', ');
}
