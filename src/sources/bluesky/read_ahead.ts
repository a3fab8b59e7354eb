/** Answers that wait for the caller, at most. What has come meanwhile is handed on at once. */
const MAX_READY = 2;

type Next<Answer> = (answer: Answer) => Promise<Answer> | undefined;

/** A short listing, such as a hundred posts, makes no request in vain. */
const ANSWERS_BEFORE_READING_AHEAD = 2;

/**
 * The answers of a list of pages, one or more at a time: from the third on, the service is asked for the
 * next ones while the caller stores the last. A caller that is slower than the service gets several at
 * once, and stores them with one commit.
 * @param first the first answer.
 * @param next asks for the answer after another one; undefined after the last one.
 * @param isEnough whether the caller has probably all it needs: nothing more is asked for, unless it
 * comes back for more.
 */
export async function* readAhead<Answer>(
  first: Answer,
  next: Next<Answer>,
  isEnough: () => boolean = () => false,
): AsyncGenerator<Answer[], void, undefined> {
  let last = first;
  for (let count = 1; count <= ANSWERS_BEFORE_READING_AHEAD; count++) {
    yield [last];
    const following = next(last);
    if (!following) return;
    last = await following;
  }
  yield* inBackground(last, next, isEnough);
}

async function* inBackground<Answer>(
  first: Answer,
  next: Next<Answer>,
  isEnough: () => boolean,
): AsyncGenerator<Answer[], void, undefined> {
  const ready: Answer[] = [first];
  const changed = createWake();
  let isWaitedFor = false;
  let isClosed = false;
  let failure: { error: unknown } | undefined;
  const mayAsk = () => ready.length < MAX_READY && (isWaitedFor || !isEnough());

  async function read(): Promise<void> {
    for (let last = first; ; ) {
      while (!mayAsk() && !isClosed) await changed.wait();
      const following = isClosed ? undefined : next(last);
      if (!following) return;
      last = await following;
      ready.push(last);
      isWaitedFor = false;
      changed.wake();
    }
  }

  const reading = read()
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
      isWaitedFor = answers.length === 0;
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
