import type { SearchRequest } from '../../source.ts';

/** Words that X's search reads as operators. */
const OPERATORS = new Set(['OR', 'AND', 'NOT']);

/** `(telescope OR "black hole") since_time:1790000000` */
export function queryOf({ terms, since }: Pick<SearchRequest, 'terms' | 'since'>): string {
  const words = terms.map(quoted).filter((term) => term !== '');
  const any = words.length > 1 ? `(${words.join(' OR ')})` : (words[0] ?? '');
  return since ? `${any} since_time:${Math.floor(since.getTime() / 1000)}` : any;
}

/** A word stays as it is; everything else is a phrase, so that signs are no operators. */
function quoted(term: string): string {
  const plain = term.replaceAll('"', ' ').replace(/\s+/g, ' ').trim();
  if (/^[#@$]?[\p{L}\p{M}\p{N}_]+$/u.test(plain) && !OPERATORS.has(plain)) return plain;
  return plain && `"${plain}"`;
}
