import { cut, MAX_NAME } from '../../text/cut.ts';
import { defineWords, type ResultLink } from '../operation.ts';
import { amount, list } from '../result_words.ts';

const BY_MEANING: ResultLink = {
  words: 'Find posts by meaning',
  path: '/find',
  query: { by: 'meaning' },
};

export default defineWords({
  name: 'Embed',
  heading: 'Embed posts to find them by meaning',
  order: 5,
  menu: [{ name: 'Embed', does: 'Prepare saved posts to be found by meaning' }],
  icon: 'M4 12V4M4 12h8M4 12l6.5-6.5M7.75 5.25h3v3',
  summary: 'Embed posts so that they can be found by meaning',
  example: { batchSize: 32 },
  quick: { label: 'Embed posts', action: 'Embed new posts', help: 'Those without a vector' },
  result: ({ embedded, model }) => {
    if (embedded === 0) return 'no posts without a vector';
    const name = typeof model === 'string' && cut(model, MAX_NAME);
    return list(embedded, amount(embedded, 'vector'), name);
  },
  next: () => BY_MEANING,
  links: () => [BY_MEANING],
});
