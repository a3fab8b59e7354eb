/** First on the page that follows a removal, and focused: the button that was pressed is gone. */
export function RemovedNote({ text }: { text: string | undefined }): JSX.Element {
  if (text === undefined) return '';
  return (
    <p class="result removed-note" role="status" {...{ tabindex: '-1', autofocus: true }} safe>
      {text}
    </p>
  );
}

/** The query of the page that follows. */
export const REMOVED = 'did=removed';

/** The text, if the query says that something was removed. */
export function ifRemoved(query: Record<string, unknown>, text: string): string | undefined {
  return query.did === 'removed' ? text : undefined;
}
