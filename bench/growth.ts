// How time grows with the number of processes, and a plot of that.
import type { Figures } from './report.ts';

/** The figures of one size of the load. */
export interface SizedFigures {
  readonly processes: number;
  readonly figures: Figures;
}

export interface Growth {
  readonly name: string;
  /** The times between the smallest and the largest load are as processes to the power of this: 1 is linear. */
  readonly exponent: number;
}

/** Of each line that was measured at several sizes. */
export function measureGrowth(results: readonly SizedFigures[]): readonly Growth[] {
  const sorted = [...results].sort((a, b) => a.processes - b.processes);
  const [small, large] = [sorted[0], sorted.at(-1)];
  if (!small || !large || small.processes === large.processes) return [];
  return Object.entries(small.figures).flatMap(([name, { medianMs }]) => {
    const other = large.figures[name];
    if (!other) return [];
    return [{ name, exponent: Math.log(other.medianMs / medianMs) / Math.log(large.processes / small.processes) }];
  });
}

export function formatGrowth(growths: readonly Growth[]): string {
  const width = Math.max(0, ...growths.map(({ name }) => name.length));
  return growths.map(({ name, exponent }) => `${name.padEnd(width)}  ${exponent.toFixed(2)}`).join('\n');
}

const [width, height, left, right, top, bottom] = [640, 360, 72, 130, 16, 36];
const colours = ['#c0392b', '#2471a3', '#1e8449', '#7d3c98', '#b9770e', '#566573'];

/** An SVG with time over processes, both logarithmic, a line for each name. */
export function plotGrowth(results: readonly SizedFigures[], names: readonly string[]): string {
  const sorted = [...results].sort((a, b) => a.processes - b.processes);
  const times = sorted.flatMap(({ figures }) => names.flatMap((name) => figures[name]?.medianMs ?? []));
  const sizes = sorted.map(({ processes }) => processes);
  const x = makeScale(sizes, left, width - right);
  const y = makeScale(times, height - bottom, top);
  const labels: { readonly name: string; readonly colour: string | undefined; readonly y: number }[] = [];
  const lines = names.flatMap((name, i) => {
    const points = sorted.flatMap(({ processes, figures }) => {
      const ms = figures[name]?.medianMs;
      return ms === undefined ? [] : [{ x: x(processes), y: y(ms) }];
    });
    const last = points.at(-1);
    if (!last) return [];
    const colour = colours[i % colours.length];
    const path = points.map((point) => `${point.x},${point.y}`).join(' ');
    labels.push({ name, colour, y: last.y + 4 });
    return [`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`];
  });
  let lowest = 0;
  for (const { name, colour, y: wanted } of labels.sort((a, b) => a.y - b.y)) {
    // No label lies on another.
    lowest = Math.max(wanted, lowest + 13);
    lines.push(`<text x="${width - right + 6}" y="${lowest}" fill="${colour}">${escapeXml(name)}</text>`);
  }
  const grid = [
    ...sizes.map((size) => `<text x="${x(size)}" y="${height - 14}" text-anchor="middle" fill="#777">${size}</text>`),
    ...listDecades(times).map(
      (ms) =>
        `<path d="M${left} ${y(ms)}H${width - right}" stroke="#ccc"/><text x="${left - 6}" y="${y(ms) + 4}" text-anchor="end" fill="#777">${ms} ms</text>`,
    ),
  ];
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`;
  const axis = `<text x="${(left + width - right) / 2}" y="${height - 1}" text-anchor="middle" fill="#777">processes</text>`;
  return `${[head, '<title>Milliseconds of a listing over the number of processes</title>', `<rect width="${width}" height="${height}" fill="#fff"/>`, ...grid, axis, ...lines, '</svg>'].join('\n')}\n`;
}

/** From the logarithm of a value to a place between two others. */
function makeScale(values: readonly number[], from: number, to: number): (value: number) => number {
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  return (value) => Math.round((from + ((Math.log(value) - low) / (high - low || 1)) * (to - from)) * 10) / 10;
}

/** 10, 100, 1000: as many as lie among the values. */
function listDecades(values: readonly number[]): readonly number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return [1, 10, 100, 1000, 10_000, 100_000].filter((decade) => decade >= low && decade <= high);
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
