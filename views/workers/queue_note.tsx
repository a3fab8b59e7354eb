/** Queues and processes, as a terminal shows them. */
export function QueueNote({ lines }: { lines: string[] }): JSX.Element {
  return (
    <pre class="result" role="status" safe>
      {lines.join('\n')}
    </pre>
  );
}

/** The answer to a change of a queue. */
export function QueueChange({ text }: { text: string }): JSX.Element {
  return (
    <p class="result" role="status" safe>
      {text}
    </p>
  );
}
