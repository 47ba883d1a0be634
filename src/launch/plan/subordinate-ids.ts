// The subordinate ids of a user, and the map that takes all of them: subuid(5), subgid(5).
import type { IdMapLine } from '../../parse/proc/id-map.ts';

export interface IdRange {
  readonly start: number;
  readonly count: number;
}

/** Ids are below 2^32 - 1, which stands for none. */
const endOfIds = 2 ** 32 - 1;

/**
 * The ranges that a file gives to a user, in the order of its lines.
 * @param name - of the user, where there is one. A line that names somebody else is never taken, whatever number a name reads
 *   as: only all digits are a number.
 */
export function parseSubordinateIds(text: string, uid: number, name: string | undefined): IdRange[] {
  return text.split('\n').flatMap((line) => {
    const [, who, start = '', count = ''] = /^([^:#][^:]*):(\d{1,10}):(\d{1,10})$/.exec(line.trim()) ?? [];
    const isOurs = who !== undefined && (who === name || (/^\d+$/.test(who) && Number(who) === uid));
    return isOurs ? [{ start: Number(start), count: Number(count) }] : [];
  });
}

/** Each id once, since the kernel takes no map in which two lines overlap; nor one twice that `taken` has. */
export function cutOverlaps(ranges: readonly IdRange[], taken: number): IdRange[] {
  const used: IdRange[] = [{ start: taken, count: 1 }];
  const kept: IdRange[] = [];
  for (const range of ranges) {
    const free = used.reduce<IdRange[]>(
      (pieces, cut) => pieces.flatMap((piece) => subtract(piece, cut)),
      [{ start: range.start, count: Math.min(range.count, endOfIds - range.start) }],
    );
    const pieces = free.filter(({ count }) => count > 0).sort((a, b) => a.start - b.start);
    used.push(...pieces);
    kept.push(...pieces);
  }
  return kept;
}

function subtract(piece: IdRange, cut: IdRange): IdRange[] {
  const [end, cutEnd] = [piece.start + piece.count, cut.start + cut.count];
  if (cutEnd <= piece.start || cut.start >= end) return [piece];
  return [
    { start: piece.start, count: cut.start - piece.start },
    { start: cutEnd, count: end - cutEnd },
  ].filter(({ count }) => count > 0);
}

/** The caller's own id stands where it was asked for, the others around it, from 0 on. */
export function spreadIds(own: number, outside: number, ranges: readonly IdRange[]): IdMapLine[] {
  const lines: IdMapLine[] = [];
  let inside = 0;
  const append = (start: number, count: number) => {
    if (count > 0) lines.push({ inside, outside: start, count });
    inside += count;
  };
  for (const { start, count } of ranges) {
    const below = inside <= own ? Math.min(own - inside, count) : count;
    append(start, below);
    if (inside === own) append(outside, 1);
    append(start + below, count - below);
  }
  return inside <= own ? [...lines, { inside: own, outside, count: 1 }] : lines;
}
