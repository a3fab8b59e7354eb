import { describe, expect, test } from 'bun:test';
import { fold, indexText } from '../../src/find/index.ts';
import { isFound } from './word_index.ts';

const PAIRS = {
  D5: [
    ['Paweł', 'pawel'],
    ['Łódź', 'lodz'],
    ['Tromsø', 'tromso'],
    ['Tromsø', 'tromsoe'],
    ['đường', 'duong'],
    ['æbler', 'aebler'],
    ['Þórður', 'thordur'],
    ['Œuvre', 'oeuvre'],
    ['Ħamrun', 'hamrun'],
    ['Straße', 'STRASSE'],
    ['GROẞ', 'gross'],
    ['Diyarbakır', 'diyarbakir'],
    ['İzmir', 'izmir'],
    ['Ŋgoŋ', 'ngon'],
    ['Müller', 'muller'],
    ['Müller', 'mueller'],
    ['Mueller', 'Müller'],
    ['Ålesund', 'aalesund'],
    ['ΟΔΟΣ', 'οδός'],
    ['ёлка', 'елка'],
  ],
  D6: [
    ['مُحَمَّد', 'محمد'],
    ['كتـــاب', 'كتاب'],
    ['أحمد', 'احمد'],
    ['مدرسة', 'مدرسه'],
    ['على', 'علي'],
    ['ٱلكتاب', 'الكتاب'],
    ['שָׁלוֹם', 'שלום'],
    ['کتاب یک', 'كتاب'],
    ['فارسی', 'فارسي'],
    ['می‌خواهم', 'می خواهم'],
    ['می‌خواهم', 'میخواهم'],
    ['میخواهم', 'می‌خواهم'],
    ['٢٠٢٤', '2024'],
    ['۱۴۰۳', '1403'],
  ],
  D7: [
    ['Donau\u00addampf', 'Donaudampf'],
    ['data\u200bbase', 'database'],
    ['data\u2060base', 'database'],
    ['\u202aaurora\u202c', 'aurora'],
    ['葛󠄀飾区', '葛飾区'],
    ['葛飾区', '葛󠄀飾区'],
    ['❤️', '❤'],
    ['1,000 posts', '1000'],
    ['1000 posts', '1,000'],
    ['1.000.000 Euro', '1000000'],
    ['1’000 Franken', '1000'],
    ['1\u202f000 euros', '1000'],
    ['1,000km', '1000km'],
  ],
  'D9 and other': [
    ['ＡＢＣ', 'abc'],
    ['ｶﾞｲﾄﾞ', 'ガイド'],
    ['e\u0301te\u0301', 'été'],
    ['ﬁnal', 'final'],
    ['हिन्दी में ज़मीन', 'जमीन'],
    ['하나', '하나'.normalize('NFD')],
    ['wi-fi', 'wifi'],
    ['wifi', 'wi-fi'],
    ['don’t', "don't"],
    ['don’t', 'dont'],
    ['R&D', 'rd'],
    ['👩🏽‍💻', '👩‍💻'],
    ['1️⃣', '1'],
    ['Foo™', 'foo'],
  ],
};

describe.each(Object.entries(PAIRS))('%s: a word is found however it is written', (name, pairs) => {
  test.each(pairs)(`${name.split(' ')[0]}: %s by %s`, (written, typed) => {
    expect(isFound(`before ${written} after`, typed)).toBe(true);
  });
});

describe('words that are different', () => {
  test.each([
    ['が', 'か'],
    ['パン', 'ハン'],
    ['3.14159', '314159'],
    ['2024,100', '2024100'],
    ['soup lentil', 'souplentil'],
    ['state-of-the-art-thing', 'stateoftheartthing'],
    ['กาแฟ', 'กาฟ'],
    ['c', 'c++'],
    ['c', 'c#'],
  ])('%s is not found by %s', (written, typed) => {
    expect(isFound(written, typed)).toBe(false);
  });
});

describe('D7: in Thai and Khmer a zero-width space', () => {
  test.each(['ข้าว\u200bผัด', 'បាយ\u200bឆា'])('separates words in a text: %s', (text) => {
    expect(fold(text)).toContain(' ');
    expect(isFound(text, text)).toBe(true);
  });

  test('separates words in a find', () => {
    expect(isFound('ผัดข้าว', 'ข้าว\u200bผัด')).toBe(true);
  });
});

describe('an index text', () => {
  test('has no characters of private use, which the index has for its own purposes', () => {
    const { words } = indexText('a \ue000kpost \ue010soup \ue02b \u{f0000} \u{10fffd} b');
    expect(words).toBe('a \ue002 kpost \ue002 soup \ue002 \ue002 \ue002 b');
    expect(isFound('a \ue010soup b', 'soups', 'en')).toBe(true);
  });

  test('is never looked for by characters of private use', () => {
    expect(isFound('a \ue000 b', '\ue000')).toBe(false);
  });
});
