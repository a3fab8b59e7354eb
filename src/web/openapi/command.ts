import type { OpenAPIV3_1 } from 'openapi-types';
import type { Operation } from './document.ts';

/** The token as a shell variable; double quotes let the shell expand it. */
const BEARER = '-H "Authorization: Bearer $XGPT_TOKEN"';

/**
 * The `curl` command for an operation, with the examples of the document.
 * @param hasToken whether the server requires a token.
 */
export function commandOf(
  origin: string,
  hasToken: boolean,
  path: string,
  method: string,
  operation: Operation,
): string {
  const address = quoted(origin + addressOf(path, operation));
  const isOpen = operation.security?.length === 0;
  const access = hasToken && !isOpen ? [BEARER] : [];
  return ['curl', ...access, ...optionsOf(method, operation), address].join(' ');
}

/** The path with example values, followed by the query's examples. */
function addressOf(path: string, { parameters = [] }: Operation): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const found = parameters.find(
      (parameter) => parameter.in === 'path' && parameter.name === name,
    );
    return encodeURIComponent(String(found?.example));
  });
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && parameter.example !== undefined)
    .flatMap(({ name, example }) => [example].flat().map((value) => [name, String(value)]));
  return query.length > 0 ? `${filled}?${new URLSearchParams(query)}` : filled;
}

function optionsOf(method: string, { requestBody, responses = {} }: Operation): string[] {
  const verb = { delete: ['-X DELETE'], post: ['-X POST'] }[method] ?? [];
  const content = requestBody?.content ?? {};
  const example = content['application/json']?.example;
  if (isStream(responses))
    return ['-N', ...(example ? [`--json ${quoted(JSON.stringify(example))}`] : [])];
  const accept = "-H 'Accept: application/json'";
  if (example) return [accept, `--json ${quoted(JSON.stringify(example))}`];
  const isUploadOnly = content['multipart/form-data'] && !content['application/json'];
  if (isUploadOnly) return [accept, '-F file=@twitter-archive.zip'];
  return [accept, ...verb];
}

function isStream(responses: OpenAPIV3_1.ResponsesObject): boolean {
  const good = responses['200'];
  return good !== undefined && 'content' in good && 'text/event-stream' in (good.content ?? {});
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
