export { type ComparedBy, describeFind } from './describe.ts';
export { FOLD_VERSION, fold } from './fold.ts';
export { indexedForms } from './forms.ts';
export { markMatches, type TextPart } from './marks.ts';
export { everyMatch, type IndexMatch, indexMatch } from './match.ts';
export { parseFind } from './parse.ts';
export { snippetOf } from './snippet.ts';
export { BREAK, tokensOf } from './tokens.ts';
