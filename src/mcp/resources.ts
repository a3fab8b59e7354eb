import type { Resource } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Job } from '../jobs/index.ts';
import { parseJobQuery } from '../jobs/job_query.ts';
import { jobName } from '../text/format.ts';
import { collectedText, plainLine, UNTRUSTED } from './collected.ts';
import type { AgentDeps } from './deps.ts';
import { endedJson } from './job_words.ts';
import { postJson, profileJson } from './posts.ts';
import { readPost } from './tools/library.ts';
import { jobUri, postUri, profileUri, type ResourceKind, readUri, TEMPLATES } from './uris.ts';

/** How many resources a page lists. */
const PAGE = 50;

/** The longest name of a resource, in UTF-16 code units. A source has written some of it. */
const MAX_NAME = 100;

/** In which order resources are listed. */
const KINDS: readonly ResourceKind[] = ['jobs', 'profiles', 'posts'];

const MIME_TYPE = 'application/json';

/** The cursor of a list is of another list, or was changed. */
export class WrongCursor extends Error {
  override readonly name = 'WrongCursor';
}

type ResourcePage = { resources: Resource[]; nextCursor?: string };

/**
 * A page of all resources: jobs, then profiles, then posts, the newest of each first.
 * @throws WrongCursor, InvalidCursor, InvalidInput
 */
export async function listResources(
  deps: AgentDeps,
  cursor: string | undefined,
): Promise<ResourcePage> {
  const [first, start] = readCursor(cursor);
  const resources: Resource[] = [];
  let within = start;
  for (const kind of KINDS.slice(KINDS.indexOf(first))) {
    // A page ends where it is full, not where a kind ends.
    if (resources.length === PAGE) return { resources, nextCursor: writeCursor(kind, within) };
    const page = await pageOf(deps, kind, PAGE - resources.length, within);
    resources.push(...page.resources);
    within = page.nextCursor;
    if (within !== undefined) return { resources, nextCursor: writeCursor(kind, within) };
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
    template('posts', 'A collected post with all of its text.'),
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
  const { kind, parts } = readUri(uri) ?? {};
  const [first = '', second = ''] = parts ?? [];
  if (kind === 'posts') {
    const post = readPost(library, first, second);
    return post && { post: postJson(post, true) };
  }
  if (kind === 'profiles') {
    const profile = library.profileOf(first, second);
    return profile && { profile: profileJson(profile) };
  }
  const job = kind === 'jobs' ? await tracker.reader.getBriefJob(first) : undefined;
  return job && { job: endedJson(job, await tracker.reader.pauseOf()) };
}

const cursorParts = z.tuple([z.enum(['jobs', 'profiles', 'posts']), z.string().optional()]);

function readCursor(cursor: string | undefined): [ResourceKind, string | undefined] {
  if (cursor === undefined) return ['jobs', undefined];
  try {
    const [kind, within] = cursorParts.parse(
      JSON.parse(Buffer.from(cursor, 'base64url').toString()),
    );
    return [kind, within];
  } catch (cause) {
    throw new WrongCursor('Invalid cursor.', { cause });
  }
}

function writeCursor(kind: ResourceKind, within?: string): string {
  const parts = within === undefined ? [kind] : [kind, within];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}
