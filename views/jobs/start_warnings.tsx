/** What was sent with a start and ignored; empty for none. */
export function StartWarnings({ warnings }: { warnings: readonly string[] }): JSX.Element {
  if (warnings.length === 0) return '';
  return (
    <p class="result warning" role="status" safe>
      {warnings.join(' ')}
    </p>
  );
}
