// The namespaces that processes keep by their working and root directories, and by the programs that they run. The
// kernel's tasks, by BPF: bpf/paths.bpf.c.
import { readBpfPaths } from '../../kernel/bpf/run.ts';
import type { Holder } from '../../model/snapshot/schema.ts';
import { type BpfFileRecord, listIdentified, parseBpfFiles } from '../../parse/records/bpf-files.ts';
import { explainWithheld, skipBpfOfTasks, skipHolders } from '../contract/reasons.ts';
import type { Source } from '../contract/source.ts';

const kinds = ['directory', 'program'] as const;

export const keptPaths: Source<'host' | 'wanted' | 'namespaces' | 'tasks'> = {
  name: 'kept-paths',
  question: 'which namespaces do working and root directories and programs hold?',
  skip: skipHolders,
  run(inputs, report) {
    const reading = skipBpfOfTasks(inputs) === undefined ? readBpfPaths() : undefined;
    if (!reading || 'refused' in reading) {
      if (reading) report.refused('what processes keep', reading.refused.code, reading.refused.syscall);
      report.searched(kinds, 'only BPF shows them');
      return;
    }
    const { records } = parseBpfFiles(reading.bytes);
    report.asked(records.length);
    for (const record of records) {
      const { type, inode } = record;
      const holder = toHolder(record);
      if (holder) report.emit({ fact: 'holder', type, inode, holder: Object.freeze(holder) });
    }
    for (const { type, inode, id } of listIdentified(records))
      report.emit({ fact: 'namespace', type, inode, id: String(id) });
    report.searched(kinds);
    const withheld = explainWithheld(inputs.tasks.withheld);
    if (withheld !== undefined) report.searched(kinds, withheld);
  },
};

function toHolder({ kind, pid, tid }: BpfFileRecord): Holder | undefined {
  const task = { pid, ...(tid === pid ? {} : { tid }) };
  if (kind === 'program') return { kind, ...task };
  return kind === 'cwd' || kind === 'root' ? { kind: 'directory', ...task, link: kind } : undefined;
}
