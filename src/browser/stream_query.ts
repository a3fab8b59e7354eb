import type { LogPlace } from './stream_messages.ts';

/**
 * What a connection adds to the stream's address: the logs it wants, each with how much there is
 * already, and the last event, so that nothing is sent twice.
 */
export function streamQuery(logs: LogPlace | LogPlace[] = [], lastEventId = ''): string {
  const query = new URLSearchParams();
  for (const { job, position } of [logs].flat()) query.append('log', `${job}@${position}`);
  if (lastEventId) query.set('lastEventId', lastEventId);
  return query.size > 0 ? `?${query}` : '';
}
