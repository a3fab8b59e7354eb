import type { PostLink, PostMedia } from '../post.ts';
import { type Choices, fill } from './phrase.ts';
import { below, pick, type Random } from './random.ts';
import type { Topic } from './topic.ts';

/** The content of a post, before its time and kind are known. */
export interface Draft {
  text: string;
  links: PostLink[];
  media: PostMedia[];
  topic: Topic;
  choices: Choices;
}

const LONG_POST_RATE = 0.06;

/** An original post: mostly short, sometimes several paragraphs. */
export function compose(topic: Topic, random: Random): Draft {
  const choices: Choices = new Map();
  const write = random() < LONG_POST_RATE ? longPost : shortPost;
  return { text: write(topic, choices, random), links: [], media: [], topic, choices };
}

/** Adds emoji, a hashtag, a link or a picture to some posts. */
export function decorate(draft: Draft, random: Random): Draft {
  const { topic, choices } = draft;
  const emoji = random() < 0.2 ? [pick(random, topic.emoji)] : [];
  const tags = random() < 0.25 ? [`#${pick(random, topic.tags)}`] : [];
  const links = random() < 0.15 ? [link(topic, random)] : [];
  const media = random() < 0.12 ? [picture(topic, choices, random)] : [];
  const text = [draft.text, ...emoji, ...tags, ...links.map((link) => link.text)].join(' ');
  return { ...draft, text, links, media };
}

/** The next post of a thread, on the same subject as the first one. */
export function continueThread({ topic, choices }: Draft, part: number, random: Random): Draft {
  const own = new Map(choices);
  const paragraph = topic.essay[part % topic.essay.length] as string;
  const text = sentences(topic, own, random, [paragraph, pick(random, topic.remarks)]);
  return { text, links: [], media: [], topic, choices: own };
}

/** A reply to a post. */
export function reply(author: string, { topic, choices }: Draft, random: Random): Draft {
  const own = new Map(choices);
  const phrases = [pick(random, topic.replies)];
  if (random() < 0.3) phrases.push(pick(random, topic.remarks));
  const text = `@${author} ${sentences(topic, own, random, phrases)}`;
  return { text, links: [], media: [], topic, choices: own };
}

/** A repost in full. */
export function repost(author: string, original: Draft): Draft {
  return { ...original, text: `RT @${author}: ${original.text}` };
}

function shortPost(topic: Topic, choices: Choices, random: Random): string {
  const phrases = [pick(random, topic.posts)];
  if (random() < 0.6) phrases.push(pick(random, topic.remarks));
  return sentences(topic, choices, random, phrases);
}

function longPost(topic: Topic, choices: Choices, random: Random): string {
  const left = below(random, topic.essay.length - 1);
  const kept = topic.essay.filter((_, index) => index === 0 || index > left);
  return [...kept, pick(random, topic.remarks)]
    .map((paragraph) => fill(paragraph, topic, choices, random))
    .join('\n\n');
}

function sentences(topic: Topic, choices: Choices, random: Random, phrases: string[]): string {
  const space = topic.language === 'ja' ? '' : ' ';
  return phrases.map((phrase) => fill(phrase, topic, choices, random)).join(space);
}

function link(topic: Topic, random: Random): PostLink {
  return {
    text: `https://example.com/${code(random)}`,
    url: `https://example.org/${topic.name}/articles/${code(random)}`,
  };
}

function picture(topic: Topic, choices: Choices, random: Random): PostMedia {
  const type = random() < 0.15 ? 'video' : 'photo';
  const file = `${code(random)}.${type === 'video' ? 'mp4' : 'jpg'}`;
  const alt = fill(pick(random, topic.photos), topic, choices, random);
  return { type, url: `https://example.net/media/${file}`, alt };
}

function code(random: Random): string {
  return below(random, 36 ** 6)
    .toString(36)
    .padStart(6, '0');
}
