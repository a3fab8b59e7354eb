import type { Readable, Writable } from 'node:stream';
import {
  type JSONRPCMessage,
  parseJSONRPCMessage,
  type RequestId,
  type Transport,
} from '@modelcontextprotocol/server';
import { createLineReader } from './lines.ts';

/** Codes of JSON-RPC. */
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;

/** It is answered when its connection ends only. */
const STREAM = 'subscriptions/listen';

/**
 * Messages as lines of JSON. The library's own transport (2.4.0) is not used: it closes at a line of
 * 10 MiB, drops invalid messages without an answer, and what it has not answered when its input ends.
 */
export class LineTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;

  /** Resolves when the input has ended, or the transport was closed. */
  readonly ended: Promise<void>;
  readonly #end: () => void;
  readonly #unanswered = new Set<RequestId>();
  readonly #writing = new Set<Promise<void>>();
  #whenSettled: (() => void) | undefined;
  #isClosed = false;

  constructor(
    private readonly input: Readable,
    private readonly output: Writable,
  ) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
  }

  async start(): Promise<void> {
    const reader = createLineReader({
      onLine: (line) => this.#read(line),
      onTooLong: (max) => this.#refuse(INVALID_REQUEST, `A message has at most ${max} bytes.`),
    });
    this.input.on('data', (chunk: Buffer) => reader.push(chunk));
    this.input.once('end', () => {
      reader.end();
      this.#end();
    });
    this.input.once('close', this.#end);
    this.input.once('error', (error) => this.#fail(error));
    this.output.on('error', (error) => this.#fail(error));
  }

  /** Resolves when every request was answered and the answers are written, or the transport is closed. */
  async settled(): Promise<void> {
    if (this.#unanswered.size > 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#whenSettled = resolve;
      });
    }
    await Promise.allSettled(this.#writing);
  }

  send(message: JSONRPCMessage): Promise<void> {
    const isAnswer = 'result' in message || 'error' in message;
    const written = this.#write(message);
    if (isAnswer && message.id !== undefined) this.#settle(message.id);
    return written;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.input.pause();
    this.#whenSettled?.();
    this.#end();
    this.onclose?.();
  }

  #write(message: unknown): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error('The connection is closed.'));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.output.write(`${JSON.stringify(message)}\n`, (error) =>
      error ? reject(error) : resolve(),
    );
    this.#writing.add(promise);
    const forget = () => this.#writing.delete(promise);
    promise.then(forget, forget);
    return promise;
  }

  #read(line: string): void {
    if (this.#isClosed || line.trim() === '') return;
    const read = readLine(line);
    if ('code' in read) {
      this.#refuse(read.code, read.words, read.id);
    } else {
      if ('method' in read.message) this.#expect(read.message);
      this.onmessage?.(read.message);
    }
  }

  #expect(message: Extract<JSONRPCMessage, { method: string }>): void {
    if ('id' in message) {
      if (message.method !== STREAM) this.#unanswered.add(message.id);
    } else if (message.method === 'notifications/cancelled') {
      // It gets no answer any more.
      this.#settle(message.params?.requestId as RequestId);
    }
  }

  #settle(id: RequestId): void {
    this.#unanswered.delete(id);
    if (this.#unanswered.size === 0) this.#whenSettled?.();
  }

  #refuse(code: number, message: string, id: RequestId | null = null): void {
    this.#write({ jsonrpc: '2.0', id, error: { code, message } }).catch(() => {});
    this.onerror?.(new Error(message));
  }

  #fail(error: Error): void {
    this.onerror?.(error);
    void this.close();
  }
}

type Read = { message: JSONRPCMessage } | { code: number; words: string; id?: RequestId };

/** The message of a line, or what is wrong with it. */
function readLine(line: string): Read {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { code: PARSE_ERROR, words: 'Parse error: each line is one message, as JSON.' };
  }
  if (Array.isArray(value)) {
    return { code: INVALID_REQUEST, words: 'Invalid request: batches are not supported.' };
  }
  try {
    return { message: parseJSONRPCMessage(value) };
  } catch {
    const words = 'Invalid request: this is no message of JSON-RPC 2.0.';
    const id = idOf(value);
    return { code: INVALID_REQUEST, words, ...(id !== undefined && { id }) };
  }
}

function idOf(value: unknown): RequestId | undefined {
  const { id } = (value ?? {}) as Record<string, unknown>;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}
