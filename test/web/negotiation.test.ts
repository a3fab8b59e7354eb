import { describe, expect, test } from 'bun:test';
import { isNavigation, wantsJson, wantsLines, wantsText } from '../../src/web/http/negotiation.ts';

const requestWith = (accept: string | undefined, headers: Record<string, string> = {}) =>
  new Request('http://localhost/', { headers: { ...headers, ...(accept && { accept }) } });

function answerTo(accept: string | undefined): string {
  const request = requestWith(accept);
  const answers = [wantsJson(request) && 'json', wantsText(request) && 'text'].filter(Boolean);
  return answers.join(' and ') || 'html';
}

describe('what a request accepts', () => {
  test.each([
    [undefined, 'html'],
    ['*/*', 'html'],
    ['text/*', 'html'],
    ['image/png', 'html'],
    ['nonsense', 'html'],
    ['text/event-stream', 'html'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'html'],
    ['text/html, application/json', 'html'],
    ['application/json;q=0', 'html'],
    ['application/json;q=0.1, text/html', 'html'],
    ['application/json', 'json'],
    ['Application/JSON', 'json'],
    ['application/*', 'json'],
    ['application/json; charset=utf-8', 'json'],
    ['application/json, text/plain, */*', 'json'],
    ['application/json, text/html;q=0.5', 'json'],
    ['text/event-stream, application/json', 'json'],
    ['text/plain', 'text'],
    ['TEXT/PLAIN', 'text'],
    ['text/plain, */*;q=0.1', 'text'],
    ['application/json;q=0.1, text/plain;q=0.9', 'text'],
  ])('%s is answered as %s', (accept, answer) => {
    expect(answerTo(accept)).toBe(answer);
  });

  test.each([
    [undefined, false],
    ['*/*', false],
    ['application/json', false],
    ['text/html', false],
    ['text/event-stream', false],
    ['text/plain', true],
    ['text/plain;q=0.1, text/event-stream', false],
    ['text/plain, text/event-stream;q=0.1', true],
  ])('a stream for %s is lines: %p', (accept, lines) => {
    expect(wantsLines(requestWith(accept))).toBe(lines);
  });
});

describe('a page is wanted', () => {
  const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

  test('by a browser, unless htmx asks', () => {
    expect(isNavigation(requestWith(BROWSER))).toBeTrue();
    expect(isNavigation(requestWith('TEXT/HTML'))).toBeTrue();
    expect(isNavigation(requestWith(BROWSER, { 'hx-request': 'true' }))).toBeFalse();
  });

  test('by nobody who only would not mind one', () => {
    for (const accept of [undefined, '*/*', 'text/*', 'application/json, text/html;q=0.5']) {
      expect(isNavigation(requestWith(accept))).toBeFalse();
    }
  });
});
