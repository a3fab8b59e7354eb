import { escapeHtml } from '@kitajs/html';

export interface TextRange {
  /** In UTF-16 units; `to` is exclusive. */
  from: number;
  to: number;
}

/** A part of a text, escaped, with what was found in it marked. */
export function MarkedText({
  text,
  range,
  marks,
}: {
  text: string;
  range: TextRange;
  marks: readonly TextRange[];
}): JSX.Element {
  let position = range.from;
  const pieces: JSX.Element[] = [];
  for (const mark of marks) {
    const from = Math.max(mark.from, position);
    const to = Math.min(mark.to, range.to);
    if (from >= to) continue;
    pieces.push(escapeHtml(text.slice(position, from)));
    pieces.push(<mark safe>{text.slice(from, to)}</mark>);
    position = to;
  }
  return pieces.join('') + escapeHtml(text.slice(position, range.to));
}
