// Which ranges of ids each user may map: /etc/subuid and /etc/subgid, subuid(5).
import { readTable, readUserNames } from '../kernel/own/users.ts';
import { isKnown, type Known } from '../model/snapshot/known.ts';
import type { SubordinateRange } from '../model/snapshot/schema.ts';
import { parseSubordinateTable } from '../parse/text/subordinate-ids.ts';
import type { ConditionReader } from './condition.ts';

const files = ['/etc/subuid', '/etc/subgid'] as const;

/** A file that is not there gives nobody a range. */
export const subordinateRanges: ConditionReader<'subordinateRanges'> = {
  name: 'subordinateRanges',
  question: 'which ranges of ids may each user map?',
  read(_snapshot, report) {
    const uids = new Map(Array.from(readUserNames(), ([uid, name]): [string, number] => [name, uid]));
    const ranges: SubordinateRange[] = [];
    for (const file of files) {
      report.asked();
      const text = readTable(file);
      if (isKnown(text)) {
        for (const { name, first, count } of parseSubordinateTable(text))
          ranges.push(Object.freeze({ file, name, uid: findUid(name, uids), first, count }));
      } else if (text.unknown !== 'gone') {
        report.refused('reading a file of subordinate ids', text.errno ?? '?', file);
        return text;
      }
    }
    return Object.freeze(ranges);
  },
};

function findUid(name: string, uids: ReadonlyMap<string, number>): Known<number> {
  const uid = /^\d{1,10}$/.test(name) ? Number(name) : uids.get(name);
  return uid ?? { unknown: 'gone', detail: 'no user of this name is in /etc/passwd' };
}
