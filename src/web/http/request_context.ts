import type { UuidAt } from './idempotency.ts';

/** The part of Elysia's context that starts need. */
export interface RequestContext {
  request: Request;
  server: { requestIP(request: Request): { address: string } | null } | null;
  /** For a request that may run twice: the same ids, and so the same jobs, each time. */
  uuidAt?: UuidAt;
}
