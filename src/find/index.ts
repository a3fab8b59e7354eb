export { describeFind } from './describe.ts';
export { FOLD_VERSION, fold } from './fold.ts';
export { indexedForms, indexText } from './forms.ts';
export { markMatches, type TextPart } from './marks.ts';
export { everyMatch, type IndexMatch, indexMatch, toMatch } from './match.ts';
export { MAX_FIND_LENGTH, parseFind } from './parse.ts';
export { snippetOf } from './snippet.ts';
export { BREAK, findableTokens, toIndexedWords, tokensOf } from './tokens.ts';
