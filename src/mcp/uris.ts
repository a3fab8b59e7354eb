/** The addresses of resources. */

export const postUri = (source: string, id: string) => uri('posts', source, id);
export const profileUri = (source: string, username: string) => uri('profiles', source, username);
export const jobUri = (id: string) => uri('jobs', id);

export const TEMPLATES = {
  posts: 'xgpt://posts/{source}/{id}',
  profiles: 'xgpt://profiles/{source}/{username}',
  jobs: 'xgpt://jobs/{id}',
} as const;

export type ResourceKind = keyof typeof TEMPLATES;

function uri(kind: ResourceKind, ...parts: string[]): string {
  return `xgpt://${kind}/${parts.map(encodeURIComponent).join('/')}`;
}

/** The kind and the decoded parts of an address; undefined when it is none of these. */
export function readUri(address: string): { kind: ResourceKind; parts: string[] } | undefined {
  const [, kind, rest] = /^xgpt:\/\/(posts|profiles|jobs)\/(.+)$/s.exec(address) ?? [];
  if (kind === undefined || rest === undefined) return undefined;
  try {
    const parts = rest.split('/').map(decodeURIComponent);
    const expected = kind === 'jobs' ? 1 : 2;
    return parts.length === expected ? { kind: kind as ResourceKind, parts } : undefined;
  } catch {
    return undefined;
  }
}
