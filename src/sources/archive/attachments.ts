import type { PostMedia } from '../post.ts';
import { countOf, type Fields, fieldsOf, listOf, textOf } from './fields.ts';
import { isWebAddress } from './text.ts';

const types = ['photo', 'video', 'animated_gif'] as const;

/** The pictures and videos of a post; those without an address are left out. */
export function mediaOf(attachments: Fields[]): PostMedia[] {
  return attachments.flatMap((attachment) => {
    const picture = addressOf(attachment);
    const url = bestVideo(attachment) ?? picture;
    if (!url) return [];
    const alt = textOf(attachment.ext_alt_text);
    // Archives up to 2018 have photos only, and do not say so.
    const type = types.find((each) => each === attachment.type) ?? 'photo';
    return [{ type, url, ...(alt && { alt }) }];
  });
}

function addressOf(attachment: Fields): string | undefined {
  const addresses = [attachment.media_url_https, attachment.media_url].map(textOf);
  return addresses.find(isWebAddress)?.replace(/^http:(\/\/[\w.-]+\.twimg\.com\/)/, 'https:$1');
}

/** The address of the variant of the highest bit rate. */
function bestVideo(attachment: Fields): string | undefined {
  const variants = listOf(fieldsOf(attachment.video_info).variants).flatMap((variant) => {
    const url = textOf(variant.url);
    if (variant.content_type !== 'video/mp4' || !url?.startsWith('https://')) return [];
    return [{ url, bitrate: countOf(variant.bitrate) ?? 0 }];
  });
  return variants.toSorted((a, b) => b.bitrate - a.bitrate)[0]?.url;
}
