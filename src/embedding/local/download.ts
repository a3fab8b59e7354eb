/** Where the files may come from, for both origins. */
export interface DownloadOptions {
  signal: AbortSignal;
  /** How long the other side may stay silent, in ms. */
  idleTimeoutMs: number;
}

export interface Download {
  /** Bytes in all; 0 when the server does not tell. */
  total: number;
  bytes: AsyncIterable<Uint8Array>;
}

/**
 * Starts a download, which ends early when the signal aborts or the server falls silent.
 * @throws Error when the answer is not a success; the message continues "it failed: …".
 */
export async function openDownload(url: string, options: DownloadOptions): Promise<Download> {
  const silence = watchSilence(options.idleTimeoutMs);
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([options.signal, silence.signal]),
      // A length that counts other bytes than those that arrive would make progress lie.
      headers: { 'accept-encoding': 'identity' },
    });
    if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}`);
    if (!response.body) throw new Error(`${new URL(url).host} sent nothing`);
    const total = Number(response.headers.get('content-length') ?? 0);
    return { total, bytes: heard(response.body, silence) };
  } catch (error) {
    silence.stop();
    throw error;
  }
}

async function* heard(
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
