// Ranges of ids in /etc/subuid and /etc/subgid that overlap, do not exist, or leave no room for new users: subuid(5).

import { isKnown } from '../../model/snapshot/known.ts';
import type { SubordinateRange } from '../../model/snapshot/schema.ts';
import type { Rule, RuleReport } from '../findings/rule.ts';

/** 2^32 - 1 is not an id: it stands for none. */
const largestId = 2 ** 32 - 2;

/** SUB_UID_MIN, SUB_UID_MAX and SUB_UID_COUNT of login.defs(5), where that says nothing else. */
const usual = { first: 100_000, last: 600_100_000, count: 65_536 } as const;

const files = ['/etc/subuid', '/etc/subgid'] as const;

export const subordinateIdsExhausted: Rule<'subordinateRanges'> = {
  code: 'subordinate-ids-exhausted',
  severity: 'warning',
  title: 'subordinate ids that overlap, do not exist, or have run out',
  means:
    'Two users with the same ids can reach the files and processes of each other’s containers. A user without a range of his own cannot run rootless containers.',
  needs: ['subordinateRanges'],
  find({ conditions }, report) {
    for (const file of files) {
      const ranges = conditions.subordinateRanges
        .filter((range) => range.file === file && range.count > 0)
        .sort((a, b) => a.first - b.first || a.count - b.count);
      for (const range of ranges) if (lastOf(range) > largestId) report.add(describeBeyond(range));
      findOverlaps(ranges, report);
      findRoom(file, ranges, report);
    }
  },
};

function lastOf({ first, count }: SubordinateRange): number {
  return first + count - 1;
}

function describeBeyond(range: SubordinateRange): Parameters<RuleReport['add']>[0] {
  return {
    severity: 'warning',
    subjects: subjectsOf(range),
    says: `${range.file} gives ${range.name} ids beyond ${largestId}, the largest that there is`,
    seen: [formatRange(range)],
    fixes: [{ text: `correct the line in ${range.file}: a map with such an id is refused` }],
  };
}

/** Each range against the one before it that reaches furthest. Root may map every id anyway. */
function findOverlaps(ranges: readonly SubordinateRange[], report: RuleReport): void {
  let furthest: SubordinateRange | undefined;
  for (const range of ranges) {
    if (isRoot(range)) continue;
    if (furthest && lastOf(furthest) >= range.first && !isSameUser(furthest, range)) {
      const isReal = isKnown(furthest.uid) && isKnown(range.uid);
      report.add({
        severity: isReal ? 'warning' : 'note',
        subjects: [...subjectsOf(range), ...subjectsOf(furthest).slice(1)],
        says: `${furthest.file} gives ${furthest.name} and ${range.name} the same ids`,
        seen: [
          formatRange(furthest),
          formatRange(range),
          ...(isReal
            ? []
            : ['one of them is not in /etc/passwd: of a directory service, or left from a user who is gone']),
        ],
        fixes: [
          {
            text: `give one of them another range in ${range.file}; what his containers have stored must then be given to the new ids`,
          },
        ],
      });
    }
    if (!furthest || lastOf(range) > lastOf(furthest)) furthest = range;
  }
}

function isRoot({ name, uid }: SubordinateRange): boolean {
  return name === 'root' || uid === 0;
}

function isSameUser(one: SubordinateRange, other: SubordinateRange): boolean {
  return one.name === other.name || (isKnown(one.uid) && one.uid === other.uid);
}

function findRoom(file: SubordinateRange['file'], ranges: readonly SubordinateRange[], report: RuleReport): void {
  let at: number = usual.first;
  let rooms = 0;
  for (const range of ranges) {
    if (range.first > at) rooms += roomsIn(at, Math.min(range.first - 1, usual.last));
    at = Math.max(at, lastOf(range) + 1);
  }
  rooms += roomsIn(at, usual.last);
  if (rooms > 0 || ranges.length === 0) return;
  report.add({
    severity: 'note',
    subjects: [{ kind: 'path', path: file }],
    says: `${file} leaves no ${usual.count} ids in a row between ${usual.first} and ${usual.last}`,
    seen: [`${ranges.length} ranges`, 'useradd gives new users a range there, where login.defs says nothing else'],
    fixes: [{ text: 'remove ranges of users who are gone, or raise SUB_UID_MAX and SUB_GID_MAX in /etc/login.defs' }],
  });
}

function roomsIn(first: number, last: number): number {
  return Math.max(0, Math.floor((last - first + 1) / usual.count));
}

function subjectsOf({ file, uid }: SubordinateRange) {
  const path = { kind: 'path', path: file } as const;
  return isKnown(uid) ? [path, { kind: 'user', uid } as const] : [path];
}

function formatRange({ file, name, first, count }: SubordinateRange): string {
  return `${file}: ${name}:${first}:${count}`;
}
