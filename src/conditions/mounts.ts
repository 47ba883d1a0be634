// All mounts of every mount namespace: listmount(2), statmount(2) and proc_pid_mountinfo(5). Read only where it is asked for.
import { readMountTables, type TableReading } from '../kernel/mounts/mount-tables.ts';
import { isKnown } from '../model/snapshot/known.ts';
import type { MountTable } from '../model/snapshot/schema.ts';
import type { ConditionReader, ConditionReport } from './condition.ts';
import { listQuestions } from './mount-questions.ts';

/** Those that ended meanwhile are left out. */
export const mounts: ConditionReader<'mounts'> = {
  name: 'mounts',
  question: 'which mounts has each mount namespace?',
  read(snapshot, report) {
    return Object.freeze(takeTables(readMountTables(listQuestions(snapshot)), report));
  },
};

/** @returns without those that ended meanwhile */
export function takeTables(readings: Iterable<TableReading>, report: ConditionReport): MountTable[] {
  const tables: MountTable[] = [];
  for (const reading of readings) {
    report.asked();
    if (hasEnded(reading)) continue;
    if (!isKnown(reading.mounts))
      report.refused('the mounts of a mount namespace', reading.mounts.errno ?? '?', `mnt:[${reading.inode}]`);
    tables.push(Object.freeze(reading));
  }
  return tables;
}

function hasEnded({ mounts }: TableReading): boolean {
  return !isKnown(mounts) && mounts.unknown === 'gone';
}
