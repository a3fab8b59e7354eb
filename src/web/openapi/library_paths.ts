import type { OpenAPIV3_1 } from 'openapi-types';
import {
  json,
  negotiated,
  type Paths,
  part,
  query,
  refusal,
  UNUSABLE_QUERY,
  ZIP_FORM,
} from './parts.ts';

const WORDS: OpenAPIV3_1.SchemaObject = { type: 'string', maxLength: 500 };

const PAGING = [
  query('limit', 'How many on a page.', { type: 'integer', minimum: 1, maximum: 100 }, 5),
  query('cursor', 'nextCursor of the page before.'),
];

/** What was collected, the archives it may come from, and how the server is. */
export const LIBRARY_PATHS: Paths = {
  '/api/posts': {
    get: {
      operationId: 'find_posts',
      tags: ['Read'],
      summary: 'Posts by author and words, newest first, or by meaning, nearest first',
      parameters: [
        query('author', 'A username, with or without @.', WORDS, 'aurora_lab'),
        query('source', 'Only those of this source.'),
        query('q', 'Words that occur in them, or what they are to be about.', WORDS),
        query('by', 'How q is meant.', {
          type: 'string',
          enum: ['words', 'meaning'],
          default: 'words',
        }),
        ...PAGING,
      ],
      responses: {
        200: negotiated('A page of posts.', 'PostPage'),
        422: UNUSABLE_QUERY,
        503: refusal('Search by meaning needs a model that is not here yet.'),
      },
    },
  },
  '/api/profiles': {
    get: {
      operationId: 'find_profiles',
      tags: ['Read'],
      summary: 'Profiles by words',
      parameters: [query('q', 'Words that occur in them.', WORDS), ...PAGING],
      responses: { 200: negotiated('A page of profiles.', 'ProfilePage'), 422: UNUSABLE_QUERY },
    },
  },
  '/api/imports': {
    get: {
      operationId: 'list_imports',
      tags: ['Read'],
      summary: 'The archives that are here, newest first',
      responses: { 200: negotiated('The archives.', 'Imports') },
    },
    post: {
      operationId: 'keep_import',
      tags: ['Read'],
      summary: 'Keep an archive without reading it',
      requestBody: { required: true, content: { 'multipart/form-data': ZIP_FORM } },
      responses: {
        201: negotiated('The archives, with this one.', 'Imports'),
        413: refusal('The file is larger than this server takes.'),
        422: refusal('No file was sent, or it is no archive.'),
      },
    },
  },
  '/api/imports/{name}/remove': {
    post: {
      operationId: 'remove_import',
      tags: ['Read'],
      summary: 'Remove an archive; what was read from it is kept',
      parameters: [part('name', 'The archive’s name.', 'twitter-archive.zip')],
      responses: {
        200: negotiated('The archives that are left.', 'Imports'),
        404: refusal('There is no such archive.'),
      },
    },
  },
  '/healthz': {
    get: {
      operationId: 'read_health',
      tags: ['Read'],
      summary: 'Whether the server can work; without access only the status',
      security: [],
      responses: {
        200: json('It works.', 'Health'),
        503: json('Something keeps it from writing; problems say what to do.', 'Health'),
      },
    },
  },
};
