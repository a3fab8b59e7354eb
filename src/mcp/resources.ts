import type { Resource } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Job } from '../jobs/index.ts';
import { parseJobQuery } from '../jobs/job_query.ts';
import { count, jobName } from '../text/format.ts';
import { collectedText, plainLine, UNTRUSTED } from './collected.ts';
import type { AgentDeps } from './deps.ts';
import { WrongCursor } from './failures.ts';
import { endedJson } from './job_words.ts';
import { MAX_PART, profileJson, wholePostJson } from './posts.ts';
import { readPost } from './tools/library.ts';
import { jobUri, postUri, profileUri, type ResourceKind, readUri, TEMPLATES } from './uris.ts';

/** How many resources a page lists. */
const PAGE = 50;

/** The longest name of a resource, in UTF-16 code units. A source has written some of it. */
const MAX_NAME = 100;

/** In which order resources are listed. */
const KINDS: readonly ResourceKind[] = ['jobs', 'profiles', 'posts'];

/**
 * How many of each kind are listed. The official client (2.4.0) reads at most 64 pages of a list and
 * fails when there are more, so a whole library cannot be listed.
 */
const MAX_LISTED: Record<ResourceKind, number> = { jobs: 200, profiles: 300, posts: 500 };

const MIME_TYPE = 'application/json';

type ResourcePage = { resources: Resource[]; nextCursor?: string };

/**
 * A page of the resources that are listed: the newest jobs, then profiles by name, then the newest
 * posts, not more of each than `MAX_LISTED`. The templates reach all others.
 * @throws WrongCursor, InvalidCursor, InvalidInput
 */
export async function listResources(
  deps: AgentDeps,
  cursor: string | undefined,
): Promise<ResourcePage> {
  let { kind: first, within, listed } = readCursor(cursor);
  const resources: Resource[] = [];
  for (const kind of KINDS.slice(KINDS.indexOf(first))) {
    // A page ends where it is full, not where a kind ends.
    const room = PAGE - resources.length;
    if (room === 0) return { resources, nextCursor: writeCursor({ kind, listed: 0 }) };
    const limit = Math.min(room, MAX_LISTED[kind] - listed);
    const page = limit > 0 ? await pageOf(deps, kind, limit, within) : { resources: [] };
    resources.push(...page.resources);
    within = page.nextCursor;
    listed += page.resources.length;
    if (within !== undefined && listed < MAX_LISTED[kind]) {
      return { resources, nextCursor: writeCursor({ kind, within, listed }) };
    }
    within = undefined;
    listed = 0;
  }
  return { resources };
}

async function pageOf(
  { tracker, library }: AgentDeps,
  kind: ResourceKind,
  limit: number,
  cursor?: string,
): Promise<ResourcePage> {
  const page = { limit, ...(cursor !== undefined && { cursor }) };
  switch (kind) {
    case 'jobs': {
      const { jobs, nextCursor } = await tracker.reader.listJobs(parseJobQuery(page));
      return { resources: jobs.map(jobResource), ...(nextCursor && { nextCursor }) };
    }
    case 'profiles': {
      const { profiles, nextCursor } = library.profiles(page);
      const resources = profiles.map(({ source, username }) =>
        resource(profileUri(source, username), `profile of @${username}`),
      );
      return { resources, ...(nextCursor && { nextCursor }) };
    }
    case 'posts': {
      const { posts, nextCursor } = library.posts(page);
      const resources = posts.map(({ source, id, author, createdAt }) => ({
        ...resource(postUri(source, id), `post ${id} of @${author}`),
        annotations: { lastModified: createdAt.toISOString() },
      }));
      return { resources, ...(nextCursor && { nextCursor }) };
    }
  }
}

function jobResource(job: Job): Resource {
  const { id, status, updatedAt } = job;
  return {
    ...resource(jobUri(id), `${jobName(job)}, ${status}`),
    annotations: { lastModified: updatedAt.toISOString() },
  };
}

function resource(uri: string, name: string): Resource {
  return { uri, name: plainLine(name, MAX_NAME), mimeType: MIME_TYPE };
}

/** The templates of all resources. */
export function resourceTemplates() {
  return [
    template(
      'posts',
      `A collected post. A text of more than ${count(MAX_PART)} characters comes in parts: offset is nextOffset of the part before.`,
    ),
    template('profiles', 'A collected profile.'),
    template('jobs', 'A job: how far it is, or its result.'),
  ];
}

function template(kind: ResourceKind, description: string) {
  return { uriTemplate: TEMPLATES[kind], name: kind, description, mimeType: MIME_TYPE };
}

/** What a resource contains; undefined when there is none with that address. */
export async function readResource(deps: AgentDeps, uri: string) {
  const data = await dataOf(deps, uri);
  if (!data) return undefined;
  const text = collectedText(data);
  return { contents: [{ uri, mimeType: MIME_TYPE, text, _meta: UNTRUSTED }] };
}

async function dataOf({ library, tracker }: AgentDeps, uri: string) {
  const { kind, parts, offset = 0 } = readUri(uri) ?? {};
  const [first = '', second = ''] = parts ?? [];
  if (kind === 'posts') {
    const post = readPost(library, first, second);
    return post && { post: wholePostJson(post, offset) };
  }
  if (kind === 'profiles') {
    const profile = library.profileOf(first, second);
    return profile && { profile: profileJson(profile) };
  }
  const job = kind === 'jobs' ? await tracker.reader.getBriefJob(first) : undefined;
  return job && { job: endedJson(job, await tracker.reader.holds()) };
}

/** Where a page begins: the cursor within its kind, and how many of that were listed before. */
interface Position {
  kind: ResourceKind;
  within?: string;
  listed: number;
}

const position = z.strictObject({
  kind: z.enum(['jobs', 'profiles', 'posts']),
  within: z.string().optional(),
  listed: z.int().min(0),
});

function readCursor(cursor: string | undefined): Position {
  if (cursor === undefined) return { kind: 'jobs', listed: 0 };
  try {
    return position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (cause) {
    throw new WrongCursor('Invalid cursor.', { cause });
  }
}

function writeCursor(from: Position): string {
  return Buffer.from(JSON.stringify(from)).toString('base64url');
}
