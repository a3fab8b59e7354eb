import type { Value } from '../../../platform/postgres/statements.ts';

/** A statement with `$name` for its values, as one with `$1`, `$2`, … and a list of them. */
export function numbered(
  named: string,
  params: Record<string, Value>,
): [sql: string, values: Value[]] {
  const names: string[] = [];
  const sql = named.replace(/\$([a-z]\w*)/gi, (_, name: string) => {
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  return [sql, names.map((name) => params[name] ?? null)];
}
