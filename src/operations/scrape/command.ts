import { defineCommand } from '../operation.ts';

const KINDS = {
  includeReplies: { name: 'replies', does: 'replies as well' },
  includeRetweets: { name: 'reposts', does: 'reposts as well' },
};

const SCRAPE = defineCommand({
  does: 'read an author’s posts',
  argument: { name: '<user>', field: 'username', does: 'whose, with or without @' },
  options: {
    maxTweets: { name: 'max', does: 'posts at most, 1 to 10,000 (default: 100)' },
    ...KINDS,
    source: { does: 'where to read it: sample (the default); of an archive use xgpt import' },
    archive: false,
  },
  examples: [
    ['xgpt scrape aurora_lab', 'the newest 100 posts'],
    ['xgpt scrape aurora_lab --max 1000 --replies --json', 'progress and result as JSON lines'],
    ['xgpt scrape aurora_lab --detach', 'start it, and let a server or worker do it'],
  ],
  prepare: async (input) => (await import('./prepare_command.ts')).refuseArchive(input),
});

/** A scrape of an archive that it copies. */
const IMPORT = defineCommand({
  name: 'import',
  does: 'read an X data archive, a zip or a folder anywhere',
  argument: { name: '<archive>', field: 'archive', does: 'its path; it is copied first' },
  options: {
    maxTweets: { name: 'max', does: 'posts at most (default: all)' },
    ...KINDS,
    username: false,
    source: false,
  },
  examples: [['xgpt import ~/Downloads/twitter-archive.zip', 'everything in it']],
  prepare: async (input, deps) => (await import('./prepare_command.ts')).copyArchive(input, deps),
});

export default [SCRAPE, IMPORT];
