import { monotonicMs } from '../suite/clock.ts';

export interface Piece {
  /** `monotonicMs` of its arrival. */
  at: number;
  text: string;
}

/** A connection to the taskbar's stream. */
export interface TaskbarStream {
  /** The events since `forget`, oldest first. */
  pieces: Piece[];
  forget(): void;
  leave(): void;
}

export async function openTaskbarStream(url: string): Promise<TaskbarStream> {
  const aborter = new AbortController();
  const response = await fetch(`${url}/api/jobs/stream`, {
    headers: { accept: 'text/event-stream' },
    signal: aborter.signal,
  });
  if (!response.ok || !response.body) throw new Error(`The stream answered ${response.status}.`);
  const pieces: Piece[] = [];
  void collect(response.body, pieces).catch((error: unknown) => {
    if (!aborter.signal.aborted) throw error;
  });
  return {
    pieces,
    forget() {
      pieces.length = 0;
    },
    leave: () => aborter.abort(),
  };
}

async function collect(body: ReadableStream<Uint8Array>, pieces: Piece[]): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    pieces.push({ at: monotonicMs(), text: decoder.decode(chunk, { stream: true }) });
  }
}
