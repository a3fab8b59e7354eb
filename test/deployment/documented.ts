import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dir, '../..');

/** The proxies of docs/deployment.md, each with its file in `deploy/`. */
export const PROXY_FILES = {
  nginx: 'nginx.conf',
  HAProxy: 'haproxy.cfg',
  Caddy: 'Caddyfile',
  Apache: 'apache.conf',
} as const;

export type ProxyName = keyof typeof PROXY_FILES;

export const PROXIES = Object.keys(PROXY_FILES) as ProxyName[];

export const deployment = readFileSync(join(ROOT, 'docs/deployment.md'), 'utf8');

export function deployFile(name: string): string {
  return readFileSync(join(ROOT, 'deploy', name), 'utf8');
}

/** A variant of a proxy's file that docs/deployment.md describes as a replacement of lines. */
export interface Variant {
  /** With `false`, as the section "Another port, without TLS" says. */
  tls: boolean;
  /** Under `/xgpt/`, as "Under a path" says; the proxy keeps the path or removes it. */
  path?: 'kept' | 'removed';
}

/** The proxy's file with the lines replaced that the document names for this variant. */
export function documentedFile(proxy: ProxyName, { tls, path }: Variant): string {
  let text = deployFile(PROXY_FILES[proxy]);
  if (!tls) text = replaceLines(text, replacements('Another port, without TLS', proxy, 0));
  if (path) text = replaceLines(text, replacements('Under a path', proxy, path === 'kept' ? 0 : 1));
  return text;
}

interface Replacement {
  line: string;
  by: string;
}

/** The rows `| nginx | `line` | `first` | `second` |` of a section; `<br>` separates lines. */
function replacements(section: string, proxy: ProxyName, column: number): Replacement[] {
  const after = deployment.split(`\n### ${section}\n`)[1];
  if (!after) throw new Error(`docs/deployment.md has no section "${section}".`);
  const rows = (after.split(/\n##/)[0] ?? '').matchAll(/^\| (\w+) \| `(.*?)` \| (.*) \|$/gm);
  const own = [...rows].filter(([, name]) => name === proxy);
  if (own.length === 0) throw new Error(`"${section}" has no row for ${proxy}.`);
  return own.map(([, , line = '', columns = '']) => {
    const cell = columns.split(' | ')[column] ?? '';
    return { line, by: [...cell.matchAll(/`(.*?)`/g)].map(([, code]) => code).join('\n') };
  });
}

/** @throws when the file does not contain a line, or contains it twice. */
export function replaceLines(text: string, all: Replacement[]): string {
  return all.reduce((changed, { line, by }) => {
    if (changed.split(line).length !== 2) throw new Error(`"${line}" is not once in the file.`);
    return changed.replace(line, () => by);
  }, text);
}
