// The offsets of the clocks of each time namespace. /proc/PID/timens_offsets: time_namespaces(7).
import { readMemberFile } from '../../kernel/proc/member-file.ts';
import { isKnown, unknownFromErrno } from '../../model/snapshot/known.ts';
import { parseTimeOffsets } from '../../parse/proc/time-offsets.ts';
import type { Source } from '../contract/source.ts';

export const timeOffsets: Source<'wanted' | 'namespaces'> = {
  name: 'time-offsets',
  question: 'how far are the clocks of each time namespace set off?',
  skip: ({ wanted }) => (wanted.attributes ? undefined : 'attributes were not asked for'),
  run({ namespaces }, report) {
    for (const { type, inode, members } of namespaces.list()) {
      if (type !== 'time') continue;
      // The file shows the namespace of the children, whatever the process itself is in: fs/proc/base.c.
      const pid = members.get('time_for_children');
      if (pid === undefined) {
        report.emit({ fact: 'namespace', type, inode, timeOffsets: noMember });
        continue;
      }
      report.asked();
      const text = readMemberFile(pid, 'timens_offsets', 'time_for_children', inode);
      // A process that has let go of its namespaces has an empty file.
      const ended = text === '' ? unknownFromErrno('ESRCH') : text;
      report.emit({ fact: 'namespace', type, inode, timeOffsets: isKnown(ended) ? parseTimeOffsets(ended) : ended });
    }
  },
};

const noMember = Object.freeze({
  unknown: 'unsupported',
  detail: 'no process has it for its children, and /proc shows offsets by process',
} as const);
