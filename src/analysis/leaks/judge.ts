// Which of the things that are left are leaks: those of the command, but for what was to be ignored.
import type { Left } from './left.ts';
import { nameOf } from './left.ts';

/** What is to count. */
export interface LeakPolicy {
  /** Whether things of others, and of nobody known, count as well. */
  readonly strict: boolean;
  /** Patterns with * and ?, of which each is compared with the whole of a name, path or command line. */
  readonly ignore: readonly string[];
}

/** What is left, by what becomes of it. */
export interface Verdict {
  readonly leaks: readonly Left[];
  /** Made by others meanwhile. */
  readonly others: readonly Left[];
  /** Made meanwhile, and nothing told by whom. */
  readonly unknown: readonly Left[];
  /** The command's, and left on purpose. */
  readonly excused: readonly Left[];
  readonly ignored: readonly Left[];
  /** Patterns that matched nothing. */
  readonly idlePatterns: readonly string[];
}

export function judgeLeft(left: readonly Left[], { strict, ignore }: LeakPolicy): Verdict {
  const patterns = ignore.map((pattern) => ({ pattern, test: toExpression(pattern), used: false }));
  const isNamed = (words: readonly string[]): boolean => {
    const matching = patterns.filter(({ test }) => words.some((word) => test.test(word)));
    for (const one of matching) one.used = true;
    return matching.length > 0;
  };
  const ignored = left.filter((one) => isNamed(listWords(one)));
  const gone = new Set(ignored);
  // What only ignored things keep goes with them: a process, and what it is in that owns the rest.
  for (let before = -1; before !== gone.size; ) {
    before = gone.size;
    for (const one of left) if (isKeptBy(one, gone)) gone.add(one);
  }
  const kept = left.filter((one) => !gone.has(one));
  const counts = kept.filter(({ whose, excuse }) => excuse === undefined && (strict || whose === 'command'));
  const others = kept.filter((one) => !counts.includes(one));
  return {
    leaks: counts,
    others: others.filter(({ whose }) => whose === 'others'),
    unknown: others.filter(({ whose, excuse }) => whose === 'unknown' && excuse === undefined),
    excused: others.filter(({ whose, excuse }) => excuse !== undefined && whose !== 'others'),
    ignored: left.filter((one) => gone.has(one)),
    idlePatterns: patterns.filter(({ used }) => !used).map(({ pattern }) => pattern),
  };
}

function isKeptBy(one: Left, gone: ReadonlySet<Left>): boolean {
  if (one.kind !== 'namespace' || one.holders.length === 0) return false;
  const pids = new Set([...gone].flatMap((left) => (left.kind === 'process' ? [left.pid] : [])));
  const names = new Set([...gone].map(nameOf));
  return one.holders.every(({ kind, pid, namespace }) =>
    pid !== undefined ? pids.has(pid) : (kind === 'owned' || kind === 'child') && names.has(namespace ?? ''),
  );
}

/** What a pattern may name a thing by. */
function listWords(left: Left): readonly string[] {
  const name = nameOf(left);
  if (left.kind === 'process') return [name, left.comm, left.command];
  if (left.kind === 'namespace')
    return [name, left.type, ...left.names, ...left.holders.flatMap(({ path }) => (path === undefined ? [] : [path]))];
  return [name];
}

function toExpression(pattern: string): RegExp {
  const body = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${body}$`, 's');
}
