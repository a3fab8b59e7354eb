import type { UuidAt } from './idempotency.ts';

/** Part of what Elysia hands a handler. */
export interface RequestContext {
  request: Request;
  server: { requestIP(request: Request): { address: string } | null } | null;
  /** Of a request that may be begun twice: the same ids, and so the same jobs, each time. */
  uuidAt?: UuidAt;
}
