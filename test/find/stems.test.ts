import { describe, expect, test } from 'bun:test';
import { englishStem } from '../../src/find/stems/english.ts';
import { frenchStem, germanStem, spanishStem } from '../../src/find/stems/light.ts';
import { isFound } from './word_index.ts';

// Of the description of the algorithm.
test.each([
  ['caresses', 'caress'],
  ['ponies', 'poni'],
  ['cats', 'cat'],
  ['feed', 'feed'],
  ['agreed', 'agre'],
  ['plastered', 'plaster'],
  ['motoring', 'motor'],
  ['sing', 'sing'],
  ['conflated', 'conflat'],
  ['hopping', 'hop'],
  ['falling', 'fall'],
  ['filing', 'file'],
  ['happy', 'happi'],
  ['sky', 'sky'],
  ['relational', 'relat'],
  ['conditional', 'condit'],
  ['vietnamization', 'vietnam'],
  ['operator', 'oper'],
  ['triplicate', 'triplic'],
  ['goodness', 'good'],
  ['revival', 'reviv'],
  ['adoption', 'adopt'],
  ['probate', 'probat'],
  ['rate', 'rate'],
  ['cease', 'ceas'],
  ['controll', 'control'],
  ['roll', 'roll'],
  ['generalizations', 'gener'],
  ['oscillators', 'oscil'],
])('the English stem of %s is %s', (word, stem) => {
  expect(englishStem(word)).toBe(stem);
});

const FORMS: Record<string, [text: string, typed: string][]> = {
  en: [
    ['deadlock', 'deadlocks'],
    ['deadlocks', 'deadlock'],
    ['baking bread', 'baked'],
    ['She organises', 'organised'],
    ['running', 'runs'],
    ['recipes', 'recipe'],
    ['stories', 'story'],
    ['the happiest', 'happiest'],
    ['connections', 'connected'],
    ['viruses', 'virus'],
    ['a virus', 'viruses'],
    ['buses', 'bus'],
    ['the bus', 'buses'],
    ['busses', 'bus'],
    ['gases', 'gas'],
    ['a gas', 'gases'],
    ['bonuses', 'bonus'],
    ['a bonus', 'bonuses'],
    ['octopuses', 'octopus'],
    ['an octopus', 'octopuses'],
    ['focused', 'focus'],
    ['irises', 'iris'],
    ['aliases', 'alias'],
    ['crises', 'crisis'],
    ['the analysis', 'analyses'],
    ['menus', 'menu'],
    ['houses', 'house'],
    ['the muses', 'muse'],
    ['bases', 'base'],
  ],
  de: [
    ['Häuser', 'Haus'],
    ['Suppen', 'Suppe'],
    ['Rezepte', 'Rezept'],
    ['die Kinder', 'Kind'],
    ['schöne', 'schöner'],
    ['lernt', 'lernen'],
    ['der Gärten', 'Garten'],
  ],
  fr: [
    ['recettes', 'recette'],
    ['les chevaux', 'cheval'],
    ['manger', 'mangé'],
    ['nous mangeons', 'mange'],
    ['bateaux', 'bateau'],
    ['contente', 'contents'],
    ['finissent', 'finir'],
    ['différentes', 'différent'],
    ['les premières', 'premier'],
  ],
  es: [
    ['recetas', 'receta'],
    ['los árboles', 'árbol'],
    ['luces', 'luz'],
    ['corriendo', 'correr'],
    ['cocinado', 'cocinar'],
    ['rojas', 'rojo'],
    ['canciones', 'canción'],
  ],
};

describe.each(Object.entries(FORMS))('other forms in %s', (language, pairs) => {
  test.each(pairs)('%s is found by %s', (text, typed) => {
    expect(isFound(text, typed, language)).toBe(true);
  });

  test.each(pairs.slice(0, 2))(
    '%s is found by %s in a text whose language is unknown',
    (text, typed) => {
      expect(isFound(text, typed)).toBe(true);
    },
  );
});

test.each(['"deadlock"', 'deadlock*', 'deadlocks -deadlock'])(
  '%s means no other forms',
  (typed) => {
    expect(isFound('deadlocks', typed, 'en')).toBe(typed !== '"deadlock"');
  },
);

describe('a stem of another word or language', () => {
  test.each([
    ['I bet', 'better', 'en'],
    ['wat', 'water', 'en'],
    ['pap', 'paper', 'en'],
    ['a fuse', 'fusses', 'en'],
    ['a bass', 'basis', 'en'],
  ])('%s is not found by %s', (text, typed, language) => {
    expect(isFound(text, typed, language)).toBe(false);
  });
});

test('stemmers leave short words, and never leave nothing', () => {
  for (const stem of [englishStem, germanStem, frenchStem, spanishStem]) {
    for (const word of ['a', 'es', 'der', 'ser', 'ment', 'aaaa', 'ssss', 'eeee', 'ing', 'ed'])
      expect(stem(word).length).toBeGreaterThanOrEqual(1);
  }
});
