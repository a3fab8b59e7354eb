import { defineCommand } from '../operation.ts';

const KINDS = {
  includeReplies: { name: 'replies', does: 'include replies' },
  includeRetweets: { name: 'reposts', does: 'include reposts' },
};

const IMPORTED_KINDS = {
  includeReplies: { name: 'replies', does: 'include replies, which are left out otherwise' },
  includeRetweets: { name: 'reposts', does: 'include reposts, which are left out otherwise' },
};

const SCRAPE = defineCommand({
  does: 'read an author’s posts',
  argument: { name: '<user>', field: 'username', does: 'the author, with or without @' },
  options: {
    maxTweets: { name: 'max', does: 'maximum number of posts' },
    ...KINDS,
    onlyNew: { name: 'new', does: 'only what is new since the last run' },
    source: { does: 'where to read from: sample, bluesky or x; for an archive use xgpt import' },
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
  does: 'read an X data archive, a zip or a folder, or a Bluesky export, a CAR file',
  argument: { name: '<archive>', field: 'archive', does: 'path of the archive, which is copied' },
  options: {
    maxTweets: { name: 'max', does: 'maximum number of posts', default: 'all' },
    ...IMPORTED_KINDS,
    username: {
      name: 'user',
      does: 'the handle of the account, for a Bluesky export, which has none',
    },
    onlyNew: false,
    source: false,
  },
  examples: [
    ['xgpt import ~/Downloads/twitter-archive.zip', 'the posts in it, without replies and reposts'],
    ['xgpt import ~/Downloads/twitter-archive.zip --replies --reposts', 'everything in it'],
    ['xgpt imports undo twitter-archive.zip', 'removes what the import has brought'],
  ],
  async prepare(input, { copyArchive, refuse }) {
    const path = String(input.archive);
    if (path.trim() === '') refuse('<archive>: Type the path of an archive.');
    const copy = await copyArchive(path);
    Object.assign(input, { source: 'archive', archive: copy.name });
    return copy.forget;
  },
});

export default [SCRAPE, IMPORT];
