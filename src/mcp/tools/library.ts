import { z } from 'zod';
import { nameIn } from '../../operations/find_posts.ts';
import { count } from '../../text/format.ts';
import { wholeNumberArgument } from '../arguments.ts';
import { collected } from '../collected.ts';
import type { AgentDeps } from '../deps.ts';
import { MAX_PART, profileJson, wholePostJson } from '../posts.ts';
import { type AgentTool, readingTool, refusal } from '../tool.ts';

const source = (names: string[]) =>
  z.enum(names as [string, ...string[]], `Source must be one of: ${names.join(', ')}.`);

const MAX_NAME = 500;

const NO_PROFILE = 'There is no such profile in the library.';

/** One post with all of its text, in parts if it is long, and one profile. */
export function libraryTools({ library, sources }: AgentDeps): AgentTool[] {
  const names = [...sources.keys()];
  const getPost = readingTool(
    {
      name: 'get_post',
      title: 'Read a post',
      description: `A collected post with its text, links and pictures. A text of more than ${count(MAX_PART)} characters comes in parts: call again with offset: nextOffset of the answer.`,
      input: () =>
        z.strictObject({
          source: source(names),
          id: z.string().max(MAX_NAME).describe('Its id, as find tells it.'),
          offset: wholeNumberArgument()
            .default(0)
            .describe('Where in a long text to begin: nextOffset of the previous answer.'),
        }),
    },
    async (given) => {
      const post = readPost(library, given.source, given.id);
      return post
        ? { content: [collected({ post: wholePostJson(post, given.offset) })] }
        : refusal('There is no such post in the library. Use find to look for it.');
    },
  );
  const getProfile = readingTool(
    {
      name: 'get_profile',
      title: 'Read a profile',
      description: 'A collected profile, with how many of its posts are in the library.',
      input: () =>
        z.strictObject({
          source: source(names),
          username: z.string().max(MAX_NAME).describe('With or without @.'),
        }),
    },
    async (given, { isReader }) => {
      const profile = library.profileOf(given.source, nameIn(given.username));
      return profile
        ? { content: [collected({ profile: profileJson(profile) })] }
        : refusal(isReader ? NO_PROFILE : `${NO_PROFILE} scrape or discover may bring it.`);
    },
  );
  return [getPost, getProfile];
}

/** A stored post by its source and id. */
export function readPost(library: AgentDeps['library'], source: string, id: string) {
  const key = library.words.keyOf(source, id);
  return key === undefined ? undefined : library.words.postsOf([key])[0];
}
