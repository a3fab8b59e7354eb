/** Answers that wait for the caller, at most. What has come meanwhile is handed on at once. */
const MAX_READY = 2;

/** A short listing, such as a hundred posts, makes no request in vain. */
const ANSWERS_BEFORE_READING_AHEAD = 2;

/**
 * The answers of a list of pages, one or more at a time: from the third on, the service is asked for the
 * next ones while the caller stores the last. A caller that is slower than the service gets several at
 * once, and stores them with one commit.
 * @param first the first answer.
 * @param next asks for the answer after another one; undefined after the last one.
 */
export async function* readAhead<Answer>(
  first: Answer,
  next: (answer: Answer) => Promise<Answer> | undefined,
): AsyncGenerator<Answer[], void, undefined> {
  let last = first;
  for (let count = 1; count <= ANSWERS_BEFORE_READING_AHEAD; count++) {
    yield [last];
    const following = next(last);
    if (!following) return;
    last = await following;
  }
  yield* inBackground(last, next);
}

async function* inBackground<Answer>(
  first: Answer,
  next: (answer: Answer) => Promise<Answer> | undefined,
): AsyncGenerator<Answer[], void, undefined> {
  const ready: Answer[] = [first];
  const changed = createWake();
  let isClosed = false;
  let failure: { error: unknown } | undefined;

  const reading = (async () => {
    for (let following = next(first); following && !isClosed; ) {
      const answer = await following;
      ready.push(answer);
      changed.wake();
      while (ready.length >= MAX_READY && !isClosed) await changed.wait();
      following = isClosed ? undefined : next(answer);
    }
  })()
    .catch((error) => {
      failure = { error };
    })
    .finally(() => {
      isClosed = true;
      changed.wake();
    });

  try {
    for (;;) {
      const answers = ready.splice(0);
      changed.wake();
      if (answers.length > 0) yield answers;
      else if (isClosed) break;
      else await changed.wait();
    }
    await reading;
    if (failure) throw failure.error;
  } finally {
    isClosed = true;
    changed.wake();
  }
}

/** `wait` resolves at the next `wake`. */
function createWake() {
  let { promise, resolve } = Promise.withResolvers<void>();
  return {
    wait: () => promise,
    wake() {
      resolve();
      ({ promise, resolve } = Promise.withResolvers<void>());
    },
  };
}
