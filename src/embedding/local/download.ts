/** The options of a download, from either origin. */
export interface DownloadOptions {
  signal: AbortSignal;
  /** How long the server may send nothing, in ms. */
  idleTimeoutMs: number;
}

interface Download {
  /** The size in bytes; 0 when unknown. */
  total: number;
  bytes: AsyncIterable<Uint8Array>;
}

/**
 * Starts a download. It fails when the signal aborts or the server sends nothing for too long.
 * @throws Error when the response is not a success; the message continues "it failed: …".
 */
export async function openDownload(url: string, options: DownloadOptions): Promise<Download> {
  const silence = watchSilence(options.idleTimeoutMs);
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([options.signal, silence.signal]),
      // With compression, Content-Length would not match the bytes that arrive.
      headers: { 'accept-encoding': 'identity' },
    });
    if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}`);
    if (!response.body) throw new Error(`${new URL(url).host} sent nothing`);
    const total = Number(response.headers.get('content-length') ?? 0);
    return { total, bytes: watched(response.body, silence) };
  } catch (error) {
    silence.stop();
    throw error;
  }
}

async function* watched(
  body: ReadableStream<Uint8Array>,
  silence: ReturnType<typeof watchSilence>,
): AsyncGenerator<Uint8Array> {
  try {
    // The DOM's types do not know that a ReadableStream can be iterated.
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
      silence.broken();
      yield chunk;
    }
  } finally {
    silence.stop();
  }
}

function watchSilence(ms: number) {
  const controller = new AbortController();
  const giveUp = () => controller.abort(new Error(`nothing arrived for ${ms / 1000} s`));
  const timer = setTimeout(giveUp, ms);
  return {
    signal: controller.signal,
    broken: () => timer.refresh(),
    stop: () => clearTimeout(timer),
  };
}
