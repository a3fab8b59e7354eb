/** What follows from a job's type is checked by `tsc`; that the test runs proves nothing more. */
import { expect, test } from 'bun:test';
import type { Client, InputOf, JobId, JobState, JobTypes, OutputOf, TrackedJob } from 'xgpt/client';
import type * as Server from '../../src/jobs/index.ts';
import { isTrue, type Same } from '../support/types.ts';

declare module 'xgpt/client' {
  interface JobTypes {
    count: { input: { upTo: number }; output: { counted: number } };
  }
}

type Known = Server.JobType & keyof JobTypes;

/** An input as the server completes it is one that a client may send. */
type Outputs = { [Type in Known]: Same<Flat<OutputOf<Type>>, Flat<Server.OutputOf<Type>>> }[Known];
type Inputs = {
  [Type in Known]: Same<
    WithoutAll<Required<Flat<InputOf<Type>>>>,
    Required<Flat<Server.InputOf<Type>>>
  >;
}[Known];
/** A maximum may be sent as `all`; the server knows the number. */
type WithoutAll<Input> = { [Key in keyof Input]: Exclude<Input[Key], 'all'> };
type Flat<Interface> = { [Key in keyof Interface]: Interface[Key] };

test('the client and the server have the same job types', () => {
  isTrue<Outputs>();
  isTrue<Inputs>();
  isTrue<Same<Exclude<keyof JobTypes, Server.JobType>, 'count'>>();
  isTrue<
    Same<Server.JobStatus | 'exhausted' | 'loading' | 'not_found' | 'refused', JobState['status']>
  >();
  expect(true).toBeTrue();
});

/** Never called: only read by `tsc`. */
export async function uses({ track, start, watch }: Client) {
  const scrape = track({ type: 'scrape', input: { username: 'aurora_lab' } });
  isTrue<Same<Awaited<typeof scrape.done>, OutputOf<'scrape'>>>();

  const id = await start({ type: 'embed', input: {} });
  isTrue<Same<typeof id, JobId<'embed'>>>();
  const { embedded } = await track(id).done;
  isTrue<Same<typeof embedded, number>>();

  const anyJob: TrackedJob<unknown> = track('somebody gave this' as string);
  const { counted } = await track({ type: 'count', input: { upTo: 3 } }).done;
  isTrue<Same<typeof counted, number>>();

  scrape.subscribe((state) => {
    if (state.status === 'completed') isTrue<Same<typeof state.output.newPosts, number>>();
    else isTrue<Same<typeof state.output, null>>();
    // @ts-expect-error There is no such status.
    if (state.status === 'waiting') return;
  });

  for await (const event of watch({ type: 'scrape' })) {
    if (event.event === 'job.deleted') isTrue<Same<typeof event.jobId, JobId<'scrape'>>>();
    if (event.event !== 'job.upsert') continue;
    isTrue<Same<typeof event.job.type, 'scrape'>>();
    isTrue<Same<NonNullable<typeof event.job.result>, OutputOf<'scrape'>>>();
    // @ts-expect-error There is no such status.
    if (event.job.status === 'waiting') return;
  }
  for await (const event of watch()) {
    // The type of a job tells that of its result.
    if (event.event === 'job.upsert' && event.job.type === 'embed') event.job.result?.embedded;
  }
  // @ts-expect-error There is no such job type.
  watch({ type: 'scrap' });

  // @ts-expect-error A search has a query.
  track({ type: 'search', input: {} });
  // @ts-expect-error There is no such field.
  track({ type: 'scrape', input: { user: 'aurora_lab' } });
  // @ts-expect-error There is no such job type.
  track({ type: 'scrap', input: { username: 'aurora_lab' } });
  // @ts-expect-error A scrape embeds nothing.
  (await scrape.done).embedded;
  return anyJob;
}
