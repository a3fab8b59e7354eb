import { defineCommand } from '../operation.ts';

const KINDS = {
  includeReplies: { name: 'replies', does: 'include replies' },
  includeRetweets: { name: 'reposts', does: 'include reposts' },
};

const SCRAPE = defineCommand({
  does: 'read an author’s posts',
  argument: { name: '<user>', field: 'username', does: 'the author, with or without @' },
  options: {
    maxTweets: { name: 'max', does: 'maximum number of posts' },
    ...KINDS,
    onlyNew: { name: 'new', does: 'only what is new since the last run' },
    source: { does: 'where to read from; for an archive use xgpt import' },
    archive: false,
  },
  examples: [
    ['xgpt scrape aurora_lab', 'the newest 100 posts'],
    ['xgpt scrape aurora_lab --new', 'what is new since the last run'],
    ['xgpt scrape aurora_lab --max 1000 --replies --json', 'progress and result as JSON lines'],
    ['xgpt scrape aurora_lab --detach', 'start it and let a server or worker run it'],
  ],
  async prepare({ source }, { refuse }) {
    if (source === 'archive') refuse('--source: To read an archive use xgpt import.');
    return undefined;
  },
});

/** A scrape of an archive, which it copies first. */
const IMPORT = defineCommand({
  name: 'import',
  does: 'read an X data archive, a zip or a folder',
  argument: { name: '<archive>', field: 'archive', does: 'path of the archive, which is copied' },
  options: {
    maxTweets: { name: 'max', does: 'maximum number of posts', default: 'all' },
    ...KINDS,
    onlyNew: false,
    username: false,
    source: false,
  },
  examples: [['xgpt import ~/Downloads/twitter-archive.zip', 'all posts in it']],
  async prepare(input, { copyArchive }) {
    const copy = await copyArchive(String(input.archive));
    Object.assign(input, { source: 'archive', archive: copy.name });
    return copy.forget;
  },
});

export default [SCRAPE, IMPORT];
