import type { FoundPlace } from '../../src/operations/find/places.ts';
import { MarkedText } from './marked_text.tsx';

interface MarkedPlaceProps {
  text: string;
  /** What was found of a post besides its text. */
  places: readonly FoundPlace[] | undefined;
  /** Which of them this text is. */
  in: FoundPlace['in'];
  index?: number;
}

/** A text of a post, escaped, with what was found in it marked. */
export function MarkedPlace(props: MarkedPlaceProps): JSX.Element {
  const { text } = props;
  return <MarkedText text={text} range={{ from: 0, to: text.length }} marks={marksOf(props)} />;
}

export function marksOf({ places = [], in: name, index }: Omit<MarkedPlaceProps, 'text'>) {
  const place = places.find((one) => one.in === name && one.index === index);
  return place?.marks ?? [];
}

/** The addresses of links that have the words: in the text a link may have another name. */
export function FoundLinks({ places = [] }: Pick<MarkedPlaceProps, 'places'>): JSX.Element {
  const links = places.filter((place) => place.in === 'link');
  if (links.length === 0) return '';
  return (
    <ul class="post-media found-links">
      {links.map(({ text, marks }) => (
        <li>
          Found in a link:{' '}
          <bdi>
            <MarkedText text={text} range={{ from: 0, to: text.length }} marks={marks} />
          </bdi>
        </li>
      ))}
    </ul>
  );
}
