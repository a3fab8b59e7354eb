import type { DoubleUser, XApiDouble } from './x_api_double.ts';

/** Gives the posts of an account what posts of X usually have besides their text: it is most of an answer. */
export function enrich(double: XApiDouble, { id: account, username }: DoubleUser): void {
  const own = double.posts.filter(({ author_id }) => author_id === account);
  for (const [index, post] of own.entries()) {
    const link = `https://t.co/${post.id.slice(-10)}`;
    const end = post.text.length + 1 + link.length;
    post.entities = {
      hashtags: [{ start: 0, end: 4, tag: 'Post' }],
      mentions: [{ start: 5, end: 16, username: 'bay_example', id: '77' }],
      annotations: [
        { start: 5, end: 16, probability: 0.87, type: 'Place', normalized_text: 'Bay' },
      ],
      urls: [
        {
          start: post.text.length + 1,
          end,
          url: link,
          expanded_url: `https://${username.replaceAll('_', '-')}.example/articles/${post.id}`,
          display_url: `${username.replaceAll('_', '-')}.example/articles/…`,
          status: 200,
          title: 'An article about the sea and what lives in it',
          description: 'What the tide leaves on the beach, and what it takes away again.',
          unwound_url: `https://${username.replaceAll('_', '-')}.example/articles/${post.id}`,
        },
      ],
    };
    post.text = `${post.text} ${link}`;
    post.display_text_range = [0, end];
    post.public_metrics = {
      ...(post.public_metrics as object),
      quote_count: 1,
      bookmark_count: 3,
      impression_count: 12_000 + index,
    };
    if (index % 5 === 0) post.note_tweet = { text: `${post.text} ${'and so on, '.repeat(40)}` };
    if (index % 3 !== 0) continue;
    const key = `3_${post.id}`;
    post.attachments = { media_keys: [key] };
    double.media.push({
      media_key: key,
      type: 'photo',
      url: `https://pbs.example/media/${post.id}.jpg`,
      alt_text: 'A beach at low tide',
    });
  }
}
