import { escapeHtml } from '@kitajs/html';
import type { PostLink } from '../../src/sources/post.ts';
import { safeHref } from '../safe_href.ts';

const BARE_ADDRESS = /https:\/\/[^\s<>"'`]+/g;
/** Punctuation that ends a sentence rather than an address. */
const TRAILING = /[.,:;!?…)\]}»”’]+$/u;

interface Piece {
  text: string;
  href?: string;
}

/** A post's text, escaped, with the source's links and bare https URLs as links. */
export function PostText({ text, links }: { text: string; links: PostLink[] }): JSX.Element {
  return (
    <>
      {piecesOf(text, links).map((piece) => (
        <PieceOfText piece={piece} />
      ))}
    </>
  );
}

function PieceOfText({ piece: { text, href } }: { piece: Piece }): JSX.Element {
  if (href === undefined) return escapeHtml(text);
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow" safe>
      {text}
    </a>
  );
}

function piecesOf(text: string, links: PostLink[]): Piece[] {
  const spans = spansOf(text, links);
  const pieces: Piece[] = [];
  let position = 0;
  for (const { start, end, href } of spans) {
    if (start < position) continue;
    pieces.push({ text: text.slice(position, start) }, { text: text.slice(start, end), href });
    position = end;
  }
  return [...pieces, { text: text.slice(position) }];
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
