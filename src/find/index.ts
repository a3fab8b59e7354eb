export { asTyped } from './as_typed.ts';
export { contradictionsIn } from './contradictions.ts';
export { type ComparedBy, describeFind } from './describe.ts';
export { FOLD_VERSION, fold } from './fold.ts';
export { indexedForms } from './forms.ts';
export { markMatches, type TextPart } from './marks.ts';
export {
  anyWordOf,
  everyMatch,
  type IndexMatch,
  indexMatch,
  type MatchTerm,
  type MatchTree,
} from './match.ts';
export { parseFind } from './parse.ts';
export { partsOf } from './parts.ts';
export { snippetOf } from './snippet.ts';
export { ignoringStopWords, likelyLanguage } from './stop_words.ts';
export { BREAK, tokensOf } from './tokens.ts';
