import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';

const TOKENS = await Bun.file(join(import.meta.dir, '../../public/css/tokens.css')).text();

type Theme = 'light' | 'dark';

/** Relative luminance of a token, through OKLab to linear sRGB (the matrices of CSS Color 4). */
function luminance(token: string, theme: Theme): number {
  const colours = TOKENS.match(
    new RegExp(`--${token}: light-dark\\(\\s*oklch\\(([^)]*)\\),\\s*oklch\\(([^)]*)\\)`),
  );
  const numbers = (colours?.[theme === 'light' ? 1 : 2] ?? '').split(/\s+/).map(Number.parseFloat);
  const [lightness, chroma, hue] = numbers as [number, number, number];
  const L = lightness / 100;
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((value) => Math.min(1, Math.max(0, value))) as [number, number, number];
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

/** WCAG 2.2's ratio, 1 to 21. */
function contrast(one: string, other: string, theme: Theme): number {
  const [a, b] = [luminance(one, theme), luminance(other, theme)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  test.each(['page', 'surface', 'raised'])('running text reaches AAA on %s', (ground) => {
    expect(contrast('text', ground, theme)).toBeGreaterThanOrEqual(7);
  });

  test.each(['page', 'surface', 'raised'])(
    'every other colour of words reaches AA on %s',
    (ground) => {
      for (const colour of ['muted', 'accent', 'accent-strong', 'amber', 'green', 'red']) {
        expect([colour, contrast(colour, ground, theme) >= 4.5]).toEqual([colour, true]);
      }
    },
  );

  test('words on filled buttons and washes reach AA', () => {
    expect(contrast('on-accent', 'accent', theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast('accent-strong', 'accent-wash', theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast('text', 'red-wash', theme)).toBeGreaterThanOrEqual(7);
  });

  test.each(['page', 'surface'])('the edge of a field can be seen on %s', (ground) => {
    expect(contrast('edge', ground, theme)).toBeGreaterThanOrEqual(3);
  });

  test('a bar stands out from its groove', () => {
    for (const colour of ['accent', 'amber']) {
      expect([colour, contrast(colour, 'line', theme) >= 3]).toEqual([colour, true]);
    }
  });
});

test('how tables look on a phone is stated once', async () => {
  const folder = join(import.meta.dir, '../../public/css');
  const hiding: string[] = [];
  for (const name of new Bun.Glob('**/*.css').scanSync(folder))
    if (/thead\s*\{[^}]*display:\s*none/.test(await Bun.file(join(folder, name)).text()))
      hiding.push(name);
  expect(hiding).toEqual(['base.css']);
});
