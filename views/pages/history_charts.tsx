import type { Children } from '@kitajs/html';
import type { TypeHistory } from '../../src/jobs/history.ts';
import { count, roughTime, runTime } from '../../src/text/format.ts';
import { periodName, runsOf } from './history_table.tsx';

const HEIGHT = 72;
const STEP = 10;

type Period = TypeHistory['periods'][number];

interface ChartProps {
  periods: Period[];
  by: 'hour' | 'day';
}

/** Bars: completed above the line, cancelled (hollow) on top of it, failed below the line. */
export function EndsChart({ periods, by }: ChartProps): JSX.Element {
  const up = Math.max(...periods.map(({ completed, cancelled }) => completed + cancelled));
  const down = Math.max(...periods.map(({ failed }) => failed));
  const unit = HEIGHT / Math.max(1, up + down);
  const line = up * unit;
  return (
    <Chart
      caption="Runs"
      legend={['completed', 'cancelled', 'failed']}
      top={count(up)}
      bottom={down > 0 ? `${count(down)} failed` : ''}
      {...{ periods, by }}
    >
      {periods.map((period, index) => (
        <g class="period">
          <title safe>{`${periodName(period.start, by)}: ${endsInWords(period)}`}</title>
          <rect class="ground" x={index * STEP} y="0" width={STEP} height={HEIGHT} />
          <Bar name="completed" index={index} from={line} height={period.completed * unit} />
          <Bar
            name="cancelled"
            index={index}
            from={line - period.completed * unit}
            height={period.cancelled * unit}
          />
          <Bar
            name="failed"
            index={index}
            from={line + period.failed * unit}
            height={period.failed * unit}
          />
        </g>
      ))}
      <rect
        class="zero"
        x="0"
        y={(line - 0.25).toFixed(2)}
        width={periods.length * STEP}
        height="0.5"
      />
    </Chart>
  );
}

/** The duration of completed runs: a bar from the median, which is marked, to the 95th percentile. */
export function DurationChart({ periods, by }: ChartProps): JSX.Element {
  const most = Math.max(0, ...periods.map(({ p95Ms = 0 }) => p95Ms));
  const y = (ms: number) => HEIGHT - (ms / Math.max(1, most)) * (HEIGHT - 2);
  return (
    <Chart
      caption="Duration"
      legend={['median', 'p95']}
      top={most > 0 ? runTime(most) : '–'}
      bottom=""
      {...{ periods, by }}
    >
      {periods.map((period, index) => (
        <g class="period">
          <title safe>{`${periodName(period.start, by)}: ${durationInWords(period)}`}</title>
          <rect class="ground" x={index * STEP} y="0" width={STEP} height={HEIGHT} />
          {period.medianMs !== undefined && period.p95Ms !== undefined ? (
            <>
              <Bar
                name="p95"
                index={index}
                from={y(period.medianMs)}
                height={y(period.medianMs) - y(period.p95Ms)}
              />
              <Bar name="median" index={index} from={y(period.medianMs) + 1} height={2} />
            </>
          ) : (
            ''
          )}
        </g>
      ))}
    </Chart>
  );
}

interface BarProps {
  name: string;
  index: number;
  /** The lower edge, from the top of the chart. */
  from: number;
  height: number;
}

function Bar({ name, index, from, height }: BarProps): JSX.Element {
  if (height <= 0) return '';
  return (
    <rect
      class={`bar-${name}`}
      x={index * STEP + 1.5}
      y={(from - height).toFixed(2)}
      width={STEP - 3}
      height={height.toFixed(2)}
    />
  );
}

const LEGEND = new Map([
  ['completed', 'completed'],
  ['cancelled', 'cancelled'],
  ['failed', 'failed, below the line'],
  ['median', 'median'],
  ['p95', 'up to the 95th percentile'],
]);

interface FrameProps extends ChartProps {
  caption: string;
  legend: string[];
  top: string;
  bottom: string;
  children: Children;
}

/** Hidden from screen readers: the table has the same numbers. */
function Chart({ caption, legend, top, bottom, periods, by, children }: FrameProps): JSX.Element {
  const [first] = periods;
  return (
    <figure class="history-chart">
      <figcaption>
        <h3 safe>{caption}</h3>
        <ul class="hours-legend" aria-hidden="true">
          {legend.map((name) => (
            <li class={`bar-${name}`} safe>
              {LEGEND.get(name) ?? name}
            </li>
          ))}
        </ul>
      </figcaption>
      <div class="history-plot" aria-hidden="true">
        <span class="history-top" safe>
          {top}
        </span>
        <svg
          viewBox={`0 0 ${periods.length * STEP} ${HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          {children}
        </svg>
        <span class="history-bottom" safe>
          {bottom}
        </span>
      </div>
      <div class="hours-axis" aria-hidden="true">
        {first ? <span safe>{periodName(first.start, by)}</span> : ''}
        <span>now</span>
      </div>
    </figure>
  );
}

function endsInWords(period: Period): string {
  if (runsOf(period) === 0) return 'no runs';
  const { completed, failed, cancelled } = period;
  return `${count(completed)} completed, ${count(failed)} failed, ${count(cancelled)} cancelled`;
}

function durationInWords({ medianMs, p95Ms, approximate }: Period): string {
  if (medianMs === undefined || p95Ms === undefined) return 'none completed';
  return `median ${roughTime(medianMs, approximate)}, 95 % up to ${roughTime(p95Ms, approximate)}`;
}
