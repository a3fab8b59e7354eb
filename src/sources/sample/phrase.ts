import { pick, type Random } from './random.ts';
import type { Topic } from './topic.ts';

/** The words chosen for a text. A thread or reply reuses them to stay on the subject. */
export type Choices = Map<string, string>;

const SLOT = /\{(a |A )?(\w+)(\*?)\}/g;

/**
 * Fills the slots of a phrase: `{bird}` takes a word and reuses it, `{bird*}` takes another one,
 * `{a bird}` adds the article, `{Bird}` and `{A bird}` start with a capital.
 */
export function fill(phrase: string, topic: Topic, choices: Choices, random: Random): string {
  return phrase.replace(SLOT, (_, article: string | undefined, slot: string, other: string) => {
    const name = slot.charAt(0).toLowerCase() + slot.slice(1);
    const word = other
      ? another(name, topic, choices, random)
      : choose(name, topic, choices, random);
    if (article) return withArticle(word, article === 'A ');
    return name === slot ? word : capitalised(word);
  });
}

function choose(name: string, topic: Topic, choices: Choices, random: Random): string {
  const word = choices.get(name) ?? pick(random, wordsFor(name, topic));
  choices.set(name, word);
  return word;
}

function another(name: string, topic: Topic, choices: Choices, random: Random): string {
  const rest = wordsFor(name, topic).filter((word) => word !== choices.get(name));
  return pick(random, rest);
}

function wordsFor(name: string, topic: Topic): string[] {
  const words = topic.words[name];
  if (!words)
    throw new Error(`The ${topic.language} topic ${topic.name} has no words for ${name}.`);
  return words;
}

function withArticle(word: string, capital: boolean): string {
  const article = /^[aeiou]/i.test(word) ? 'an' : 'a';
  return `${capital ? capitalised(article) : article} ${word}`;
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
