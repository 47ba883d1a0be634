// What changed of a namespace between two snapshots, in words.
import type { Difference } from '../../analysis/compare/diff-snapshots.ts';
import { escapeText } from './escape.ts';

/**
 * Short words for a change, safe for a terminal: `netnsid: none → 3`, `no longer named /run/netns/blue`.
 * @param describeProcess - the process of a PID, in the earlier or the later snapshot
 */
export function describeChange(
  { what, before, after }: Difference,
  describeProcess: (pid: number, when: 'before' | 'after') => string,
): string {
  if (what === 'leader') {
    if (typeof after !== 'number') return 'no process is in it any more';
    const now = describeProcess(after, 'after');
    return typeof before === 'number' ? `leader: ${describeProcess(before, 'before')} → ${now}` : `now has ${now}`;
  }
  if (what === 'names' && Array.isArray(before) && Array.isArray(after)) return describeNames(before, after);
  if (isRecord(before) && isRecord(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter((key) => show(before[key]) !== show(after[key]))
      .map((key) => `${what} ${key}: ${show(before[key])} → ${show(after[key])}`)
      .join(', ');
  return `${what}: ${show(before)} → ${show(after)}`;
}

function describeNames(before: readonly unknown[], after: readonly unknown[]): string {
  const [lost, won] = [before.filter((name) => !after.includes(name)), after.filter((name) => !before.includes(name))];
  return [
    ...(won.length > 0 ? [`now named ${won.map(show).join(', ')}`] : []),
    ...(lost.length > 0 ? [`no longer named ${lost.map(show).join(', ')}`] : []),
  ].join('; ');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  return escapeText(typeof value === 'string' ? value : JSON.stringify(value));
}
