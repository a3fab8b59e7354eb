/** An event of the server. */
export interface ServerEvent {
  type: string;
  data: string;
  /** The place after it, if the stream has places. */
  id?: string;
}

/** The events of a `text/event-stream`, until it ends. `onBytes` is called whenever bytes arrive. */
export async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffer = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      buffer += decoder.decode(value, { stream: true });
      const events = buffer.split('\n\n');
      buffer = events.pop() ?? '';
      yield* events.map(parse);
    }
  } finally {
    await reader.cancel();
  }
}

function parse(text: string): ServerEvent {
  const lines = text.split('\n');
  const valuesOf = (field: string) =>
    lines.filter((line) => line.startsWith(field)).map((line) => line.slice(field.length));
  const [id] = valuesOf('id: ');
  return {
    type: valuesOf('event: ')[0] ?? 'message',
    data: valuesOf('data: ').join('\n'),
    ...(id !== undefined && { id }),
  };
}
