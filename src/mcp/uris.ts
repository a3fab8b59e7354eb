/** The addresses of resources. */

export const postUri = (source: string, id: string) => uri('posts', source, id);
export const profileUri = (source: string, username: string) => uri('profiles', source, username);
export const jobUri = (id: string) => uri('jobs', id);

/** A long text of a post comes in parts: `offset` is where one begins. */
export const TEMPLATES = {
  posts: 'xgpt://posts/{source}/{id}{?offset}',
  profiles: 'xgpt://profiles/{source}/{username}',
  jobs: 'xgpt://jobs/{id}',
} as const;

export type ResourceKind = keyof typeof TEMPLATES;

function uri(kind: ResourceKind, ...parts: string[]): string {
  return `xgpt://${kind}/${parts.map(encodeURIComponent).join('/')}`;
}

export interface ReadUri {
  kind: ResourceKind;
  /** Decoded. */
  parts: string[];
  /** Of a post's text, in UTF-16 code units. */
  offset: number;
}

const ADDRESS = /^xgpt:\/\/(posts|profiles|jobs)\/([^?]+)(?:\?offset=(\d{1,9}))?$/s;

/** What an address names; undefined when it is none of these. */
export function readUri(address: string): ReadUri | undefined {
  const [, kind, rest, offset] = ADDRESS.exec(address) ?? [];
  if (kind === undefined || rest === undefined) return undefined;
  if (offset !== undefined && kind !== 'posts') return undefined;
  try {
    const parts = rest.split('/').map(decodeURIComponent);
    const expected = kind === 'jobs' ? 1 : 2;
    if (parts.length !== expected) return undefined;
    return { kind: kind as ResourceKind, parts, offset: Number(offset ?? 0) };
  } catch {
    return undefined;
  }
}
