/** The longest line, in bytes. Nothing that an agent has to say comes near it. */
export const MAX_LINE = 10_000_000;

const LINE_FEED = 0x0a;

interface LineEvents {
  onLine(line: string): void;
  /** A line was too long, and is passed over. @param max the longest, in bytes. */
  onTooLong(max: number): void;
}

/** Splits what arrives into lines. Holds no more than the longest line. */
export function createLineReader({ onLine, onTooLong }: LineEvents, max = MAX_LINE) {
  let parts: Buffer[] = [];
  let size = 0;
  let isTooLong = false;

  function add(part: Buffer): void {
    if (isTooLong) return;
    size += part.length;
    if (size > max) {
      isTooLong = true;
      parts = [];
      onTooLong(max);
    } else if (part.length > 0) {
      parts.push(part);
    }
  }

  function endLine(): void {
    const line = isTooLong ? undefined : Buffer.concat(parts).toString();
    parts = [];
    size = 0;
    isTooLong = false;
    if (line !== undefined) onLine(line);
  }

  return {
    push(chunk: Buffer): void {
      let from = 0;
      for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
        add(chunk.subarray(from, at));
        endLine();
        from = at + 1;
      }
      add(chunk.subarray(from));
    },
    /** The input has ended: the last line may lack its end. */
    end(): void {
      endLine();
    },
  };
}
