import type { ExportedPost } from './everything.ts';
import type { ExportFormat } from './request.ts';

/** The columns of a CSV file. */
const COLUMNS: Record<string, (post: ExportedPost) => unknown> = {
  source: ({ source }) => source,
  id: ({ id }) => id,
  kind: ({ kind }) => kind,
  author: ({ author }) => author,
  author_name: ({ authorName }) => authorName,
  created_at: ({ createdAt }) => createdAt.toISOString(),
  text: ({ text }) => text,
  url: ({ url }) => url,
  language: ({ language }) => language,
  likes: ({ likes }) => likes,
  reposts: ({ reposts }) => reposts,
  replies: ({ replies }) => replies,
  in_reply_to_id: ({ inReplyToId }) => inReplyToId,
  in_reply_to_author: ({ inReplyToAuthor }) => inReplyToAuthor,
  thread_id: ({ threadId }) => threadId,
  quoted_id: ({ quote }) => quote?.id,
  links: ({ links }) => links.map(({ url }) => url).join(' '),
  media: ({ media }) => media.map(({ url }) => url).join(' '),
  // A number: a text that begins with a minus would be taken for a formula.
  similarity: ({ similarity }) =>
    similarity === undefined ? undefined : Number(similarity.toFixed(4)),
};

/**
 * Posts as lines of text, batch by batch.
 *
 * `jsonl`: one JSON object a line, as in the JSON of a find. `csv`: RFC 4180 with a line of names. A text
 * that a spreadsheet would take for a formula begins with an apostrophe there.
 */
export async function* exportLines(
  batches: AsyncIterable<ExportedPost[]>,
  format: ExportFormat,
): AsyncGenerator<string> {
  if (format === 'jsonl') {
    for await (const batch of batches)
      yield batch.map((post) => `${JSON.stringify(post)}\n`).join('');
    return;
  }
  // Loaded only for an export.
  const { stringify } = await import('csv-stringify/sync');
  const rowsOf = (rows: unknown[][]) =>
    stringify(rows, { record_delimiter: 'windows', escape_formulas: true });
  // With the first posts, so that a query that is refused gives no line at all.
  let rows: unknown[][] = [Object.keys(COLUMNS)];
  for await (const batch of batches) {
    rows.push(...batch.map((post) => Object.values(COLUMNS).map((read) => read(post))));
    yield rowsOf(rows);
    rows = [];
  }
  if (rows.length > 0) yield rowsOf(rows);
}
