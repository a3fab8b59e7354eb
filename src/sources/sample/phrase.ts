import { pick, type Random } from './random.ts';
import type { Topic } from './topic.ts';

/** The words chosen for a text. A thread or reply reuses them to stay on the subject. */
export type Choices = Map<string, string>;

interface Slot {
  /** In `words` of the topic. */
  name: string;
  article: 'a ' | 'A ' | undefined;
  isCapital: boolean;
  /** Takes another word than the one chosen before. */
  isOther: boolean;
}

const SLOT = /\{(a |A )?(\w+)(\*?)\}/;

/** Phrases are filled hundreds of times. */
const parsed = new Map<string, (string | Slot)[]>();

/**
 * Fills the slots of a phrase: `{bird}` takes a word and reuses it, `{bird*}` takes another one,
 * `{a bird}` adds the article, `{Bird}` and `{A bird}` start with a capital.
 */
export function fill(phrase: string, topic: Topic, choices: Choices, random: Random): string {
  const parts = parsed.get(phrase) ?? parse(phrase);
  parsed.set(phrase, parts);
  let text = '';
  for (const part of parts) {
    text += typeof part === 'string' ? part : wordFor(part, topic, choices, random);
  }
  return text;
}

function parse(phrase: string): (string | Slot)[] {
  const pieces = phrase.split(SLOT);
  const parts: (string | Slot)[] = [pieces[0] as string];
  for (let at = 1; at < pieces.length; at += 4) {
    const [article, slot = '', other, after = ''] = pieces.slice(at, at + 4);
    const name = slot.charAt(0).toLowerCase() + slot.slice(1);
    parts.push({
      name,
      article: article as Slot['article'],
      isCapital: name !== slot,
      isOther: other === '*',
    });
    parts.push(after);
  }
  return parts;
}

function wordFor(slot: Slot, topic: Topic, choices: Choices, random: Random): string {
  const { name, article, isCapital, isOther } = slot;
  const word = (isOther ? another : choose)(name, topic, choices, random);
  if (article) return withArticle(word, article === 'A ');
  return isCapital ? capitalised(word) : word;
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
