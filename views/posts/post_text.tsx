import type { PostLink } from '../../src/sources/post.ts';
import { safeHref } from '../safe_href.ts';
import { MarkedText, type TextRange } from './marked_text.tsx';

const BARE_ADDRESS = /https:\/\/[^\s<>"'`]+/g;
/** Punctuation that ends a sentence rather than an address. */
const TRAILING = /[.,:;!?…)\]}»”’]+$/u;

interface Piece extends TextRange {
  href?: string;
}

interface PostTextProps {
  text: string;
  links: PostLink[];
  /** What was found in it. */
  marks?: readonly TextRange[];
  /** Only this part of it. */
  range?: TextRange;
}

/** A post's text, escaped, with the source's links and bare https URLs as links. */
export function PostText({ text, links, marks = [], range }: PostTextProps): JSX.Element {
  return (
    <>
      {piecesOf(text, links, range).map(({ href, ...piece }) => (
        <PieceOfText text={text} piece={piece} marks={marks} href={href} />
      ))}
    </>
  );
}

interface PieceProps {
  text: string;
  piece: TextRange;
  marks: readonly TextRange[];
  href: string | undefined;
}

function PieceOfText({ text, piece, marks, href }: PieceProps): JSX.Element {
  if (href === undefined) return <MarkedText text={text} range={piece} marks={marks} />;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      <MarkedText text={text} range={piece} marks={marks} />
    </a>
  );
}

function piecesOf(
  text: string,
  links: PostLink[],
  { from, to }: TextRange = { from: 0, to: text.length },
): Piece[] {
  const pieces: Piece[] = [];
  let position = from;
  for (const { start, end, href } of spansOf(text, links)) {
    const linked = { from: Math.max(start, position), to: Math.min(end, to) };
    if (start < position || linked.from >= linked.to) continue;
    pieces.push({ from: position, to: linked.from }, { ...linked, href });
    position = linked.to;
  }
  return [...pieces, { from: position, to }];
}

interface Span {
  start: number;
  end: number;
  href: string;
}

/** In order of position; of two that start together the longer one comes first and wins. */
function spansOf(text: string, links: PostLink[]): Span[] {
  const spans = [...links.flatMap((link) => sourceSpans(text, link)), ...bareSpans(text, links)];
  return spans.sort((a, b) => a.start - b.start || b.end - a.end);
}

function sourceSpans(text: string, link: PostLink): Span[] {
  const href = safeHref(link.url);
  if (href === undefined) return [];
  return occurrences(text, link.text).map((start) => ({
    start,
    end: start + link.text.length,
    href,
  }));
}

function occurrences(text: string, part: string): number[] {
  const found: number[] = [];
  if (part === '') return found;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) {
    found.push(at);
  }
  return found;
}

/** URLs that are not among the source's links; those keep their own target, even a refused one. */
function bareSpans(text: string, links: PostLink[]): Span[] {
  const known = new Set(links.flatMap((link) => occurrences(text, link.text)));
  return [...text.matchAll(BARE_ADDRESS)].flatMap(({ 0: match, index }) => {
    const address = match.replace(TRAILING, '');
    const href = known.has(index) ? undefined : safeHref(address);
    return href === undefined ? [] : [{ start: index, end: index + address.length, href }];
  });
}
