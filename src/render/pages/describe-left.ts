// What is left behind, in words: what it is, who made it and when, what holds it. Not yet safe for a terminal.
import type { Verdict } from '../../analysis/leaks/judge.ts';
import { type Left, type Maker, type Making, nameOf } from '../../analysis/leaks/left.ts';
import type { HeldBy } from '../../analysis/release/find-holders.ts';
import { formatDuration } from '../words/start-time.ts';

/** What a report says besides what is left. */
export interface LeakReport {
  readonly verdict: Verdict;
  /** RFC 3339. */
  readonly begunAt: string;
  readonly seconds: number;
  /** What was run, not yet safe. */
  readonly command: string;
  readonly users: Readonly<Record<string, string>>;
  /** What could not be seen or told, one sentence each. */
  readonly remarks: readonly string[];
}

/** Of one thing, what stands below its title. */
export interface LeftWords {
  readonly title: string;
  /** A word and what follows it. */
  readonly facts: readonly (readonly [name: string, text: string])[];
}

/** So many holders are named; the rest is counted. */
const maxHolders = 4;

/** @param begunAt - RFC 3339: moments are told as well by how long after it they were */
export function describeLeft(left: Left, begunAt: string, users: Readonly<Record<string, string>>): LeftWords {
  const { making, excuse } = left;
  const holders = left.kind === 'namespace' ? left.holders : [];
  const held = countEach(holders.map(describeHolder));
  const notes = [left.releaseNote, ...holders.map(({ releaseNote }) => releaseNote)];
  const facts: (readonly [string, string])[] = [
    ...describeThing(left, users),
    ...(making ? describeMaking(left, making, begunAt, users) : []),
    ...(making ? [] : [['made', 'after the start; nothing told when or by whom'] as const]),
    ...held.slice(0, maxHolders).map((words) => ['held by', words] as const),
    ...(held.length > maxHolders ? [['held by', `${held.length - maxHolders} more`] as const] : []),
    ...listReleases(left).map((command) => ['release', command] as const),
    ...[...new Set(notes.flatMap((note) => note ?? []))].map((note) => ['note', note] as const),
    ...(excuse === undefined ? [] : [['no leak', excuse] as const]),
  ];
  return { title: describeTitle(left), facts };
}

/** A mount that several mount namespaces have a copy of reads the same in each. */
function countEach(all: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const words of all) counts.set(words, (counts.get(words) ?? 0) + 1);
  return Array.from(counts, ([words, count]) => (count > 1 ? `${words} (${count} times)` : words));
}

/** "the network namespace net:[4026532992] blue is left", in one line. */
export function describeTitle(left: Left): string {
  switch (left.kind) {
    case 'process':
      return `${nameOf(left)} is still running: ${left.command}`;
    case 'namespace':
      return `${[nameOf(left), ...left.names].join(' ')} is still there`;
    case 'pin':
      return `${left.path} still keeps ${left.keeps}`;
    case 'mount':
      return `${left.path} is still mounted: ${left.fsType} of ${left.source}`;
    case 'stale-name':
      return `${left.path} is still there, and leads to no namespace`;
  }
}

function* describeThing(left: Left, users: Readonly<Record<string, string>>): Generator<readonly [string, string]> {
  if (left.kind === 'process') yield ['user', users[left.uid] ?? String(left.uid)];
  if (left.kind === 'pin' && left.mountNamespace !== undefined) yield ['in', `mnt:[${left.mountNamespace}]`];
}

function describeMaking(
  left: Left,
  { how, at, maker }: Making,
  begunAt: string,
  users: Readonly<Record<string, string>>,
): (readonly [string, string])[] {
  const when = describeMoment(at, begunAt);
  if (left.kind === 'process') {
    const above = maker && maker.above.length > 0 ? `, below ${maker.above.join(', ')}` : '';
    return [['began', `${when}${above}`]];
  }
  if (!maker) return [['first seen', when]];
  if (how === 'seen') return [['first seen', `${when}, with ${describeMaker(maker, users)} in it`]];
  return [
    [left.sign === 'mount-call' ? 'mounted by' : 'made by', describeMaker(maker, users)],
    ['made', `${when}${how === 'mount' || how === 'call' ? '' : `, by ${how}`}`],
  ];
}

/** "ip netns add blue (process 812 of root, below sh, make)". */
export function describeMaker(
  { pid, comm, command, uid, above }: Maker,
  users: Readonly<Record<string, string>>,
): string {
  const below = above.length > 0 ? `, below ${above.join(', ')}` : '';
  return `${command ?? comm} (process ${pid} of ${users[uid] ?? uid}${below})`;
}

function describeMoment(at: string, begunAt: string): string {
  const seconds = (Date.parse(at) - Date.parse(begunAt)) / 1000;
  const day = `${at.slice(0, 10)} ${at.slice(11, 23)} UTC`;
  return Number.isNaN(seconds) ? day : `${day}, ${formatDuration(Math.max(0, seconds))} after the start`;
}

function describeHolder({ kind, what, pid, path, namespace }: HeldBy): string {
  if (path !== undefined) return `${kind} ${path}`;
  if (pid !== undefined) return `${kind === 'process' ? '' : `${kind} of `}process ${pid}: ${what}`;
  return namespace === undefined ? what : `${kind} ${namespace}`;
}

/** Each command once. */
export function listReleases(left: Left): readonly string[] {
  const all = left.kind === 'namespace' ? left.holders.map(({ release }) => release) : [left.release];
  return [...new Set(all.flatMap((release) => release ?? []))];
}
