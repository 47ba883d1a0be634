// What a command left behind, for a person: each thing with who made it, what holds it and how to release it.
import type { Verdict } from '../../analysis/leaks/judge.ts';
import type { Left } from '../../analysis/leaks/left.ts';
import { escapeText } from '../words/escape.ts';
import { describeLeft, type LeakReport } from './describe-left.ts';

/** Lines that are safe for a terminal; none where nothing is left that is to be told. Commands are never broken. */
export function formatLeaks({ verdict, begunAt, users }: LeakReport): string[] {
  const tell = (left: Left, word: string): string[] => {
    const { title, facts } = describeLeft(left, begunAt, users);
    return [`${word} ${escapeText(title)}`, ...facts.map(([name, text]) => `  ${name.padEnd(10)} ${escapeText(text)}`)];
  };
  return [
    ...verdict.leaks.flatMap((left) => tell(left, 'leak:')),
    ...verdict.unknown.flatMap((left) => tell(left, 'note:')),
    ...verdict.excused.flatMap((left) => tell(left, 'note:')),
  ];
}

/** "1 namespace, 2 processes". */
export function countLeft(list: readonly Left[]): string {
  const counts = new Map<Left['kind'], number>();
  for (const { kind } of list) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${count === 1 ? words[kind][0] : words[kind][1]}`).join(', ');
}

const words: Readonly<Record<Left['kind'], readonly [one: string, several: string]>> = {
  process: ['process', 'processes'],
  namespace: ['namespace', 'namespaces'],
  pin: ['pin', 'pins'],
  mount: ['mount', 'mounts'],
  'stale-name': ['stale name', 'stale names'],
};

/** The verdict in one line, not yet safe. */
export function summarizeLeaks({ leaks, others, unknown, excused, ignored }: Verdict): string {
  const more: (readonly [string, readonly Left[]])[] = [
    ['made by others meanwhile', others],
    ['made meanwhile by nobody knows whom', unknown],
    ['left on purpose', excused],
    ['ignored', ignored],
  ];
  const rest = more.flatMap(([word, list]) => (list.length > 0 ? [`${word}: ${countLeft(list)}`] : []));
  const main = leaks.length > 0 ? `left behind: ${countLeft(leaks)}` : 'nothing is left behind';
  return [main, ...rest].join('; ');
}
