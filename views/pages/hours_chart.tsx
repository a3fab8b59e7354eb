import { count, counted } from '../../src/text/format.ts';
import { TableHead } from '../table_head.tsx';
import type { DashboardModel } from '../view_models.ts';

type Hour = DashboardModel['hours'][number];

/** From the bottom up. */
const SERIES = ['completed', 'active', 'cancelled', 'failed'] as const;

const HEIGHT = 64;
const STEP = 10;
const BAR = 7;

/** Jobs per hour, oldest first, as stacked bars, and as a table for screen readers. */
export function HoursChart({ hours }: { hours: Hour[] }): JSX.Element {
  const most = Math.max(1, ...hours.map(sum));
  const width = hours.length * STEP;
  return (
    <figure class="hours">
      <figcaption>
        <h2>Jobs by hour</h2>
        <Legend />
      </figcaption>
      <div class="hours-plot">
        <span class="hours-most" aria-hidden="true" safe>
          {count(most)}
        </span>
        <svg viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {hours.map((hour, index) => (
            <HourBar hour={hour} x={index * STEP} most={most} ago={hours.length - 1 - index} />
          ))}
        </svg>
        <div class="hours-axis" aria-hidden="true">
          <span safe>{`${count(hours.length)} h ago`}</span>
          <span>now</span>
        </div>
      </div>
      <div class="visually-hidden">
        <HoursTable hours={hours} />
      </div>
    </figure>
  );
}

interface HourBarProps {
  hour: Hour;
  x: number;
  most: number;
  /** Hours before the current one. */
  ago: number;
}

function HourBar({ hour, x, most, ago }: HourBarProps): JSX.Element {
  let top = HEIGHT;
  const parts = SERIES.filter((name) => hour[name] > 0).map((name) => {
    const height = (hour[name] / most) * HEIGHT;
    top -= height;
    return { name, y: top, height };
  });
  return (
    <g class="hour">
      <title safe>{`${agoInWords(ago)}: ${inWords(hour)}`}</title>
      <rect class="hour-ground" x={x} y="0" width={STEP} height={HEIGHT} />
      {parts.map(({ name, y, height }) => (
        <rect class={`hour-${name}`} x={x + 1.5} y={round(y)} width={BAR} height={round(height)} />
      ))}
    </g>
  );
}

function Legend(): JSX.Element {
  return (
    <ul class="hours-legend" aria-hidden="true">
      {SERIES.map((name) => (
        <li class={`hour-${name}`}>{name}</li>
      ))}
    </ul>
  );
}

function HoursTable({ hours }: { hours: Hour[] }): JSX.Element {
  return (
    <table>
      <caption>Jobs by hour</caption>
      <TableHead columns={['Hour', ...SERIES]} />
      <tbody>
        {hours.map((hour, index) => (
          <tr>
            <th scope="row" safe>
              {agoInWords(hours.length - 1 - index)}
            </th>
            {SERIES.map((name) => (
              <td safe>{count(hour[name])}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function inWords(hour: Hour): string {
  const parts = SERIES.filter((name) => hour[name] > 0).map(
    (name) => `${count(hour[name])} ${name}`,
  );
  return parts.length === 0 ? 'no jobs' : parts.join(', ');
}

function agoInWords(hours: number): string {
  return hours === 0 ? 'This hour' : `${counted(hours, 'hour')} ago`;
}

function sum(hour: Hour): number {
  return SERIES.reduce((total, name) => total + hour[name], 0);
}

function round(n: number): string {
  return n.toFixed(2);
}
