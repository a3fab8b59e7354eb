import type { LogPart } from '../../src/browser/stream_messages.ts';

/** Reads a response of `/api/jobs/stream` and collects its log events. */
export function logEvents(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const parts: LogPart[] = [];
  const types: string[] = [];
  let raw = '';
  let seen = 0;

  /** Reads on until the condition holds. */
  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      const piece = await reader?.read();
      if (!piece || piece.done) throw new Error('The stream has ended.');
      raw += piece.value;
      for (let end = raw.indexOf('\n\n', seen); end >= 0; end = raw.indexOf('\n\n', seen)) {
        keep(raw.slice(seen, end));
        seen = end + 2;
      }
    }
  }

  function keep(event: string): void {
    const type = /^event: (.*)$/m.exec(event)?.[1];
    if (!type) return;
    types.push(type);
    if (type === 'log') parts.push(JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '') as LogPart);
  }

  /** The received text of that job's log, or of all logs. */
  const text = (job?: string) =>
    parts
      .filter((part) => job === undefined || part.job === job)
      .map((part) => part.text)
      .join('');

  return {
    parts,
    text,
    until,
    raw: () => raw,
    types: () => types,
    /** Reads on until the logs end with this text. */
    async textUntil(end: string): Promise<string> {
      await until(() => text().endsWith(end));
      return text();
    },
    leave: () => reader?.cancel(),
  };
}
