import type { OpenAPIV3_1 } from 'openapi-types';
import packageJson from '../../../package.json' with { type: 'json' };
import { JOB_PATHS } from './job_paths.ts';
import { LIBRARY_PATHS } from './library_paths.ts';
import { type Paths, refusal } from './parts.ts';
import { answerSchemas } from './schemas.ts';
import { type StartDeps, startPaths } from './start_paths.ts';
import { STREAM_PATHS } from './stream_paths.ts';

export type ApiDocument = Omit<OpenAPIV3_1.Document, 'paths'> & { paths: Paths };

/** Of OpenAPI, which the document keeps to. */
export const VERSION = '3.1.0';

const TAGS = [
  { name: 'Start', description: 'Every operation is a job; its start answers at once.' },
  { name: 'Watch', description: 'Jobs as lists, one by one, and live.' },
  { name: 'Act', description: 'What can be done to jobs.' },
  { name: 'Read', description: 'What was collected, and how the server is.' },
];

/**
 * The whole API as an OpenAPI 3.1 document. What may be sent comes out of the checks of the job
 * types that are defined, so that ranges and defaults are theirs.
 * @param hasToken whether access is asked for.
 */
export function apiDocument(deps: StartDeps, hasToken: boolean): ApiDocument {
  return {
    openapi: VERSION,
    info: {
      title: 'xgpt',
      version: packageJson.version,
      description:
        'Collects posts, embeds them, and finds them again by meaning. Send Accept: application/json for JSON, or text/plain for a terminal; other askers get HTML.',
      license: { name: packageJson.license, identifier: packageJson.license },
    },
    servers: [{ url: '/' }],
    tags: TAGS,
    security: hasToken ? [{ token: [] }] : [],
    paths: withRefusal(merged(startPaths(deps), JOB_PATHS, STREAM_PATHS, LIBRARY_PATHS)),
    components: {
      schemas: answerSchemas(),
      responses: { Refusal: refusal('What went wrong, and what to do.') },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'The value of XGPT_TOKEN, where it is set.',
        },
      },
    },
  };
}

/** One address may be described in two places, by its methods. */
function merged(...parts: Paths[]): Paths {
  const paths: Paths = {};
  for (const [path, methods] of parts.flatMap(Object.entries)) {
    paths[path] = { ...paths[path], ...methods };
  }
  return paths;
}

/** Whatever else goes wrong is told in one form everywhere. */
function withRefusal(paths: Paths): Paths {
  const otherwise = { $ref: '#/components/responses/Refusal' };
  return Object.fromEntries(
    Object.entries(paths).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [
          method,
          { ...operation, responses: { ...operation.responses, default: otherwise } },
        ]),
      ),
    ]),
  );
}
