import { describe, expect, test } from 'bun:test';
import { createForwardedReader } from '../../src/web/http/forwarded.ts';

const read = (headers: Record<string, string>, peer = '127.0.0.1', proxies = ['127.0.0.1']) =>
  createForwardedReader(proxies)(new Request('http://localhost/', { headers }), peer);

const addressOf = (list: string, peer?: string, proxies?: string[]) =>
  read({ 'x-forwarded-for': list }, peer, proxies)?.address;

describe('B3: what is forwarded', () => {
  test('is believed from the proxies in the settings only', () => {
    const headers = {
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'HTTPS',
      'x-forwarded-host': 'xgpt.example:8443',
    };
    const said = { address: '203.0.113.7', scheme: 'https', host: 'xgpt.example:8443' } as const;
    expect(read(headers)).toEqual(said);
    expect(read(headers, '127.0.0.2')).toBeUndefined();
    expect(read(headers, '127.0.0.1', [])).toBeUndefined();
    expect(read(headers, 'unknown')).toBeUndefined();
  });

  test.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.1.2.3', '10.0.0.0/8', false],
    ['10.0.0.1', '10.0.0.1/32', true],
    ['203.0.113.9', '0.0.0.0/0', true],
    ['::1', '::1', true],
    ['0:0:0:0:0:0:0:1', '::1', true],
    ['fd00:12::5', 'fd00::/8', true],
    ['fe80::5', 'fd00::/8', false],
    ['::ffff:10.1.2.3', '10.0.0.0/8', true],
    ['::ffff:11.1.2.3', '10.0.0.0/8', false],
    ['10.1.2.3', '::ffff:10.0.0.0/104', true],
    ['10.1.2.3', 'fd00::/8', false],
  ])('by %s in %s: %p', (peer, range, isTrusted) => {
    const forwarded = read({ 'x-forwarded-for': '203.0.113.7' }, peer, [range]);
    expect(forwarded !== undefined).toBe(isTrusted);
  });

  test('names as client the last address that is no proxy, whatever it wrote itself', () => {
    expect(addressOf('198.51.100.1, 203.0.113.7')).toBe('203.0.113.7');
    const chain = ['127.0.0.1', '10.0.0.0/8'];
    expect(addressOf('198.51.100.1, 203.0.113.7, 10.0.0.5', undefined, chain)).toBe('203.0.113.7');
    expect(addressOf('10.0.0.6,10.0.0.5', undefined, chain)).toBe('10.0.0.6');
    expect(addressOf('127.0.0.1')).toBe('127.0.0.1');
  });

  test('may have ports and brackets, and ends where it is no address', () => {
    expect(addressOf('203.0.113.7:4711')).toBe('203.0.113.7');
    expect(addressOf('[2001:db8::1]:4711')).toBe('2001:db8::1');
    expect(addressOf('[2001:db8::1]')).toBe('2001:db8::1');
    expect(addressOf('2001:db8::1')).toBe('2001:db8::1');
    expect(addressOf('203.0.113.7, unknown')).toBe('127.0.0.1');
    expect(addressOf(' , ')).toBe('127.0.0.1');
    expect(read({})).toEqual({ address: '127.0.0.1', scheme: undefined, host: undefined });
  });

  test('is the outermost trusted proxy’s word where each proxy adds its own', () => {
    const proxies = ['127.0.0.1', '10.0.0.0/8'];
    const headers = {
      'x-forwarded-for': '203.0.113.7, 10.0.0.5',
      'x-forwarded-proto': 'https, http',
      'x-forwarded-host': 'evil.example, xgpt.example, inner.example',
    };
    expect(read(headers, '127.0.0.1', proxies)).toEqual({
      address: '203.0.113.7',
      scheme: 'https',
      host: 'xgpt.example',
    });
    const appended = { 'x-forwarded-host': 'evil.example, xgpt.example' };
    expect(read(appended)?.host).toBe('xgpt.example');
  });

  test.each(['evil/path', 'a b', 'user@host', 'xgpt.example:x', '[::1', ''])(
    'is no host if it is %p',
    (host) => {
      expect(read({ 'x-forwarded-host': host })?.host).toBeUndefined();
    },
  );

  test.each(['ws', 'https:', 'javascript'])('is no scheme if it is %p', (scheme) => {
    expect(read({ 'x-forwarded-proto': scheme })?.scheme).toBeUndefined();
  });
});
