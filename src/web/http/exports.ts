import type { ExportFormat } from '../../operations/find/request.ts';
import type { KeepsOpen } from './uploads.ts';

export const EXPORT_TYPES: Record<ExportFormat, string> = {
  csv: 'text/csv',
  jsonl: 'application/x-ndjson',
};

/** Excel takes a CSV file without it for one in the encoding of Windows. */
const BYTE_ORDER_MARK = '\ufeff';

/** After so long without a byte the connection of an export that failed is closed, in seconds; Bun 1.4.4 takes up to 4 more. */
const CLOSE_AFTER_S = 10;

interface ExportOptions {
  format: ExportFormat;
  /** A browser saves it as a file. */
  isDownload: boolean;
  /** The name of the file, without its ending. Default: `xgpt-posts`. */
  name?: string;
  /** Headers that are known once the first lines are. */
  laterHeaders?: () => Record<string, string>;
  /** Called when the export ends early, after its answer has begun. */
  onError: (error: unknown) => void;
  /** What is answered, and the server that does. Without a server the body fails. */
  connection: { request: Request; server: KeepsOpen };
}

/**
 * Streams lines as fast as the client reads them.
 * @throws what `lines` throws before its first one.
 */
export async function exportResponse(
  lines: AsyncGenerator<string>,
  { format, isDownload, name = 'xgpt-posts', laterHeaders, onError, connection }: ExportOptions,
): Promise<Response> {
  // Taken before the answer begins, so that what refuses the query is an answer of its own.
  let first: IteratorResult<string> | undefined = await lines.next();
  const encoder = new TextEncoder();
  const mark = isDownload && format === 'csv' ? BYTE_ORDER_MARK : '';
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(mark)),
    async pull(controller) {
      try {
        const { done, value } = first ?? (await lines.next());
        first = undefined;
        if (isCancelled) return;
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        if (isCancelled) return;
        onError(error);
        breakOff(connection, controller, error);
      }
    },
    cancel: () => {
      isCancelled = true;
      void lines.return(undefined);
    },
  });
  return new Response(body, {
    headers: { ...headersOf(format, isDownload, name), ...laterHeaders?.() },
  });
}

/**
 * Ends the connection without the end of the body, so that the client does not take a part for the whole.
 * `controller.error` of Bun 1.4.4 resets it, and the system discards what the client has not received yet: some
 * MB. When it is idle, Bun closes it in order instead: what was sent arrives, to the last line.
 */
function breakOff(
  { request, server }: ExportOptions['connection'],
  controller: ReadableStreamDefaultController,
  error: unknown,
): void {
  if (server) server.timeout(request, CLOSE_AFTER_S);
  else controller.error(error);
}

function headersOf(
  format: ExportFormat,
  isDownload: boolean,
  name: string,
): Record<string, string> {
  return {
    'content-type': `${EXPORT_TYPES[format]}; charset=utf-8`,
    'cache-control': 'no-store',
    // Proxies pass it on as it comes, and it is not compressed as a whole.
    'x-accel-buffering': 'no',
    ...(isDownload && { 'content-disposition': `attachment; filename="${name}.${format}"` }),
  };
}
