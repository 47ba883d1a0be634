// From measurements to figures, and from figures to text.
import { type Contender, type Measurement, ratios } from './contenders.ts';
import { median, range } from './statistics.ts';

/** Of one contender, over all rounds. */
export interface Figure {
  readonly medianMs: number;
  readonly rangeMs: readonly [number, number];
  readonly medianCpuMs: number;
  readonly peakMib: number | null;
}

export type Figures = Readonly<Record<string, Figure>>;

export function summarize(measurements: readonly (readonly [string, Measurement])[]): Figures {
  return Object.fromEntries(
    [...group(measurements)].map(([name, all]): [string, Figure] => {
      const times = all.map(({ ms }) => ms);
      const peaks = all.flatMap(({ peakKib }) => (peakKib === undefined ? [] : [peakKib / 1024]));
      return [
        name,
        {
          medianMs: median(times),
          rangeMs: range(times),
          medianCpuMs: median(all.map(({ cpuMs }) => cpuMs)),
          peakMib: peaks.length > 0 ? Math.max(...peaks) : null,
        },
      ];
    }),
  );
}

function group(measurements: readonly (readonly [string, Measurement])[]): Map<string, Measurement[]> {
  const groups = new Map<string, Measurement[]>();
  for (const [name, measurement] of measurements) groups.set(name, [...(groups.get(name) ?? []), measurement]);
  return groups;
}

export function formatTable(lines: readonly Contender[], figures: Figures): string {
  const rows = [['', 'median ms', 'from', 'to', 'CPU ms', 'peak MiB', 'what']];
  for (const { name, meaning, clock } of lines) {
    const figure = figures[name];
    if (!figure) continue;
    const { medianMs, rangeMs, medianCpuMs, peakMib } = figure;
    const numbers = [medianMs, ...rangeMs, medianCpuMs].map((ms) => ms.toFixed(1));
    rows.push([name, ...numbers, peakMib === null ? '-' : peakMib.toFixed(0), `${meaning} (${clock})`]);
  }
  return align(rows);
}

export function formatRatios(figures: Figures): string {
  const rows: string[][] = [];
  for (const { name, value, of, target } of ratios) {
    const [above, below] = [figures[value], figures[of]];
    if (!above || !below) continue;
    const [time, cpu] = [above.medianMs / below.medianMs, above.medianCpuMs / below.medianCpuMs];
    rows.push([name, time.toFixed(2), target, `CPU ${cpu.toFixed(2)}`]);
  }
  return align(rows);
}

export function formatMemory(figures: Figures): string {
  return align(Object.entries(figures).map(([name, { peakMib }]) => [name, `${peakMib?.toFixed(0) ?? '-'} MiB`]));
}

/** The first column and the last stand left, numbers right. */
function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) =>
          i === 0 || i === row.length - 1 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
