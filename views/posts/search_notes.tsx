/** What limits a search by meaning, above its results. */
export function SearchNotes({ notes = [] }: { notes?: readonly string[] }): JSX.Element {
  if (notes.length === 0) return '';
  return (
    <p class="result warning search-notes" role="note" safe>
      {notes.join(' ')}
    </p>
  );
}
