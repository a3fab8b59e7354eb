import type { ExportFormat } from '../../operations/find/request.ts';

export const EXPORT_TYPES: Record<ExportFormat, string> = {
  csv: 'text/csv',
  jsonl: 'application/x-ndjson',
};

/** Excel takes a CSV file without it for one in the encoding of Windows. */
const BYTE_ORDER_MARK = '\ufeff';

interface ExportOptions {
  format: ExportFormat;
  /** A browser saves it as a file. */
  isDownload: boolean;
}

/**
 * Streams lines as fast as the client reads them; nothing is prepared that it has not asked for.
 * @throws what `lines` throws before its first one.
 */
export async function exportResponse(
  lines: AsyncGenerator<string>,
  { format, isDownload }: ExportOptions,
): Promise<Response> {
  const first = await lines.next();
  const encoder = new TextEncoder();
  let next: string | undefined = first.done ? undefined : first.value;
  if (isDownload && format === 'csv') next = BYTE_ORDER_MARK + (next ?? '');
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (next !== undefined) controller.enqueue(encoder.encode(next));
      const read = await lines.next();
      next = read.done ? undefined : read.value;
      if (read.done) controller.close();
    },
    cancel: () => void lines.return(undefined),
  });
  return new Response(body, { headers: headersOf(format, isDownload) });
}

function headersOf(format: ExportFormat, isDownload: boolean): Record<string, string> {
  return {
    'content-type': `${EXPORT_TYPES[format]}; charset=utf-8`,
    'cache-control': 'no-store',
    // Proxies pass it on as it comes, and it is not compressed as a whole.
    'x-accel-buffering': 'no',
    ...(isDownload && { 'content-disposition': `attachment; filename="xgpt-posts.${format}"` }),
  };
}
