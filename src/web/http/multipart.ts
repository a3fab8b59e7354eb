import type { BusboyFileStream, BusboyInstance } from '@fastify/busboy';

/** One file of a form, while it arrives. */
export interface UploadedFile {
  field: string;
  /** The client's name for it, without its folder. Not to be trusted as a path. */
  fileName: string;
  /** Throws MalformedUpload when the body breaks off. */
  stream: AsyncIterable<Uint8Array>;
}

interface MultipartLimits {
  /** Maximum number of text fields. */
  maxFields?: number;
  /** Maximum size of a text field, in bytes. */
  maxFieldBytes?: number;
  /** Maximum number of files. The receiver limits their size. */
  maxFiles?: number;
  /** How long the client may send nothing while it is being read, in ms. Default: for ever. */
  idleMs?: number;
}

/** The body is not a multipart form, breaks off, or has too many parts. */
export class MalformedUpload extends Error {
  override readonly name = 'MalformedUpload';
}

/** The client sent nothing for too long. */
export class UploadStalled extends Error {
  override readonly name = 'UploadStalled';
  constructor(ms: number) {
    super(`Nothing arrived for ${ms / 1000} s, so the upload was ended. Send it again.`);
  }
}

/**
 * Reads a `multipart/form-data` body as it arrives. Files are not buffered: the client waits while
 * `onFile` is busy. The part of a file that `onFile` does not read is skipped.
 * @returns the text fields.
 * @throws MalformedUpload, UploadStalled, or the error of `onFile`; the rest of the body is not read.
 */
export async function readMultipart(
  request: Request,
  onFile: (file: UploadedFile) => Promise<void>,
  limits: MultipartLimits = {},
): Promise<Record<string, string>> {
  const form = new Form(await openParser(request, limits), onFile);
  const body = request.body?.getReader();
  if (!body) throw new MalformedUpload('The form is empty. Choose a file and send it again.');
  const brokenOff = () => form.fail(new MalformedUpload('The upload broke off. Send it again.'));
  request.signal.addEventListener('abort', brokenOff);
  try {
    await Promise.race([form.readFrom(body, limits.idleMs), form.failed]);
    return Object.fromEntries(form.fields);
  } catch (error) {
    await body.cancel(error).catch(() => {});
    await form.received;
    throw error;
  } finally {
    request.signal.removeEventListener('abort', brokenOff);
  }
}

async function openParser(
  request: Request,
  { maxFields = 50, maxFieldBytes = 64 * 1024, maxFiles = 1 }: MultipartLimits,
): Promise<BusboyInstance> {
  const contentType = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\b/i.test(contentType)) {
    throw new MalformedUpload('Send the file as a form (multipart/form-data).');
  }
  const { Busboy } = await import('@fastify/busboy');
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: { fields: maxFields, fieldSize: maxFieldBytes, files: maxFiles, headerPairs: 50 },
    });
  } catch (cause) {
    throw new MalformedUpload('The form has no boundary.', { cause });
  }
}

type Body = Pick<ReadableStreamDefaultReader<Uint8Array>, 'read'>;

/** Turns the parser's events into one outcome. */
class Form {
  readonly fields = new Map<string, string>();
  readonly #failure = Promise.withResolvers<never>();
  readonly #finished: Promise<unknown>;
  #file: BusboyFileStream | undefined;
  /** Resolves when `onFile` has ended for every file so far, successfully or not. */
  received: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly parser: BusboyInstance,
    private readonly onFile: (file: UploadedFile) => Promise<void>,
  ) {
    this.#failure.promise.catch(() => {});
    this.#finished = new Promise((resolve) => parser.once('finish', () => resolve(undefined)));
    parser.on('field', (name, value, _nameIsCut, valueIsCut) => {
      if (valueIsCut) this.fail(new MalformedUpload(`The field "${name}" is too long.`));
      else this.fields.set(name ?? '', value);
    });
    parser.on('file', (field, file, fileName) => this.#receive(field, file, fileName));
    parser.on('fieldsLimit', () => this.fail(new MalformedUpload('The form has too many fields.')));
    parser.on('filesLimit', () => this.fail(new MalformedUpload('The form has too many files.')));
    parser.on('error', (cause) => {
      this.fail(
        new MalformedUpload('The form is damaged or incomplete. Send it again.', { cause }),
      );
    });
  }

  /** Rejects with the first failure, and never resolves. */
  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  fail(error: unknown): void {
    this.#failure.reject(error);
    this.#file?.destroy(error as Error);
  }

  async readFrom(body: Body, idleMs: number | undefined): Promise<void> {
    for (;;) {
      const { done, value } = await this.#read(body, idleMs);
      if (done) break;
      if (this.parser.write(value)) continue;
      await new Promise((resolve) => this.parser.once('drain', () => resolve(undefined)));
    }
    this.parser.end();
    await this.#finished;
    await this.received;
  }

  /** The client's silence does not count while we are busy with what it has sent. */
  async #read(body: Body, idleMs: number | undefined) {
    const stalled = () => this.fail(new UploadStalled(idleMs ?? 0));
    const timer = idleMs === undefined ? undefined : setTimeout(stalled, idleMs);
    try {
      return await body.read();
    } finally {
      clearTimeout(timer);
    }
  }

  #receive(field: string, file: BusboyFileStream, fileName: string): void {
    this.#file = file;
    // The parser may emit an error on the file before it is read, and an error event without a
    // listener ends the process.
    file.on('error', () => {});
    // A destroyed file would never drain, and neither would the form.
    const stream = file.iterator({ destroyOnReturn: false });
    this.received = this.received
      .then(() => this.onFile({ field: field ?? '', fileName: fileName ?? '', stream }))
      .then(() => file.resume())
      .catch((error) => this.fail(error));
  }
}
