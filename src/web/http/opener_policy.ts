import { isLoopback } from '../../platform/addresses.ts';
import { hostOf, isOverTls } from './incoming.ts';

const OPENER_POLICY = { 'cross-origin-opener-policy': 'same-origin' };

/** Windows of other sites cannot reach those of xgpt. For other origins browsers ignore the header, with a warning. */
export function openerPolicy(request: Request): Record<string, string> {
  return isTrustworthy(request) ? OPENER_POLICY : {};
}

/** Whether browsers trust the page's origin. Current ones send `Sec-Fetch-Site` to such origins only. */
function isTrustworthy(request: Request): boolean {
  if (isOverTls(request) || request.headers.has('sec-fetch-site')) return true;
  const name = hostOf(request).replace(/:\d*$/, '');
  return isLoopback(name) || name.endsWith('.localhost');
}
