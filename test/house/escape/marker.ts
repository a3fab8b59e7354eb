import { type DefaultTreeAdapterMap, defaultTreeAdapter, parse, parseFragment } from 'parse5';

type Node = DefaultTreeAdapterMap['node'];
type Element = DefaultTreeAdapterMap['element'];

/** Texts that would be markup if a view did not escape them: one for each path, always the same. */
export interface Markers {
  /** The text for the value at `path`, such as `model.job.errorMessage`. */
  at(path: string): string;
  /** What is wrong with this markup: one sentence for each text that came out as markup or altered. */
  holesIn(markup: string): string[];
  /** The paths of the texts that this markup shows. */
  pathsIn(markup: string): Set<string>;
}

const TAG = 'x-probe';
const ATTRIBUTE = 'data-p';
const ID = /zq(\d+)z/g;
const idOf = (number: number) => `zq${number}z`;

/**
 * Who writes the text at a path. `data` comes from users and sources. What the `program` writes, such
 * as the names of fields, classes and addresses, is a marker without an entity: Kita escapes only
 * quotes in attributes, and only data goes through `attributeText` there. A `name` becomes a part of
 * an attribute's name, and is no marker.
 */
export type Origin = 'data' | 'program' | 'name';

export function createMarkers(originOf: (path: string) => Origin): Markers {
  const numbers = new Map<string, number>();
  const paths: string[] = [];
  const spellings: string[][] = [];

  function add(path: string): number {
    const number = paths.push(path) - 1;
    const origin = originOf(path);
    const entity = origin === 'data' ? '&lt;' : '';
    const marker = `<${TAG} ${ATTRIBUTE}="${idOf(number)}">${entity}'`;
    spellings.push(origin === 'name' ? [`name-${number}`] : spellingsOf(marker));
    numbers.set(path, number);
    return number;
  }

  return {
    at: (path) => spellings[numbers.get(path) ?? add(path)]?.[0] ?? '',
    pathsIn: (markup) =>
      new Set([...markup.matchAll(ID)].map(([, number]) => paths[Number(number)] ?? '')),
    holesIn(markup) {
      const found = new Set<string>();
      for (const { place, text } of textsIn(markup)) {
        for (const { index, 1: number } of text.matchAll(ID)) {
          const problem = problemWith(text, index, place, spellings[Number(number)] ?? []);
          if (problem) found.add(`${paths[Number(number)]} ${problem}`);
        }
      }
      return [...found];
    },
  };
}

/** As it is; in an address; in JSON. */
function spellingsOf(marker: string): string[] {
  return [
    marker,
    encodeURIComponent(marker),
    encodeURI(marker),
    new URLSearchParams([['', marker]]).toString().slice(1),
    new URL(`https://host.example/?${marker}`).search.slice(1),
    JSON.stringify(marker).slice(1, -1),
  ];
}

/** A `name` is that of an element or attribute; `raw` text is in a script, a style or a comment. */
type Place = 'text' | 'attribute' | 'name' | 'raw';

interface PlacedText {
  place: Place;
  text: string;
}

function* textsIn(markup: string): Generator<PlacedText> {
  const isDocument = /^\s*<(!doctype|html)/i.test(markup);
  for (const node of descendants(isDocument ? parse(markup) : parseFragment(markup))) {
    if ('attrs' in node) yield* textsOfElement(node);
    else if (defaultTreeAdapter.isCommentNode(node)) yield { place: 'raw', text: node.data };
    else if (defaultTreeAdapter.isTextNode(node)) {
      const isRaw = /^(script|style)$/.test(node.parentNode?.nodeName ?? '');
      yield { place: isRaw ? 'raw' : 'text', text: node.value };
    }
  }
}

function descendants(root: Node): Node[] {
  const found = [root];
  // It grows meanwhile.
  for (const node of found) {
    if ('content' in node) found.push(node.content);
    if ('childNodes' in node) found.push(...node.childNodes);
  }
  return found;
}

/** A marker that ended an attribute or tag too early is found in a name, or in its own attribute. */
function* textsOfElement({ tagName, attrs }: Element): Generator<PlacedText> {
  for (const { name, value } of attrs) {
    yield { place: 'name', text: name };
    const isOurs = tagName.startsWith(TAG) || name === ATTRIBUTE;
    yield { place: isOurs ? 'name' : 'attribute', text: value };
  }
}

function problemWith(
  text: string,
  index: number,
  place: Place,
  spellings: string[],
): string | undefined {
  if (place === 'name') return 'came out as markup';
  if (place === 'raw') return 'is inside a script, a style or a comment';
  if (spellings.some((whole) => standsAt(text, index, whole))) return undefined;
  return `came out altered in ${place}: ${text.slice(Math.max(0, index - 30), index + 30)}`;
}

/** Whether `whole` stands around the id found at `index`; a text that is cut has `…` for the rest. */
function standsAt(text: string, index: number, whole: string): boolean {
  const idStart = whole.search(ID);
  const start = index - idStart;
  if (start < 0) return false;
  let length = 0;
  while (length < whole.length && text[start + length] === whole[length]) length++;
  return length === whole.length || (length > idStart && text[start + length] === '…');
}
