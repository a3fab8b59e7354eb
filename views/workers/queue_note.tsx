/** The answer to a change of a queue where no page shows it. */
export function QueueNote({ lines }: { lines: string[] }): JSX.Element {
  return (
    <pre class="result" role="status" safe>
      {lines.join('\n')}
    </pre>
  );
}
