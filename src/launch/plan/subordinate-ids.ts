// The map that takes all subordinate ids of a user: user_namespaces(7).
import type { IdMapLine } from '../../parse/proc/id-map.ts';
import type { IdRange } from '../../parse/text/subordinate-ids.ts';

/** Ids are below 2^32 - 1, which stands for none. */
const endOfIds = 2 ** 32 - 1;

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
