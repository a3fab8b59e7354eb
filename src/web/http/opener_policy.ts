import { isLoopback } from '../../platform/config.ts';
import { hostOf, isOverTls } from './incoming.ts';

const OPENER_POLICY = { 'cross-origin-opener-policy': 'same-origin' };

/** Windows of other sites cannot reach those of xgpt. Browsers ignore it elsewhere, and complain. */
export function openerPolicy(request: Request): Record<string, string> {
  return isTrustworthy(request) ? OPENER_POLICY : {};
}

/** Whether browsers take the page's origin for trustworthy; those of today say so to such origins only. */
function isTrustworthy(request: Request): boolean {
  if (isOverTls(request) || request.headers.has('sec-fetch-site')) return true;
  const name = hostOf(request).replace(/:\d*$/, '');
  return isLoopback(name) || name.endsWith('.localhost');
}
