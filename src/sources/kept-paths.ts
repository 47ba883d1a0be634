// Which namespaces do processes keep by their working and root directories, and by the programs that they run? The
// kernel's tasks, by BPF: bpf/paths.bpf.c.
import { readBpfPaths } from '../kernel/bpf/run.ts';
import type { Holder } from '../model/snapshot/schema.ts';
import { type BpfFileRecord, listIdentified, parseBpfFiles } from '../parse/records/bpf-files.ts';
import { explainWithheld, type Source, type SourceContext } from './source.ts';

const kinds = ['directory', 'program'] as const;

export const keptPaths: Source = {
  name: 'kept-paths',
  question: 'which namespaces do working and root directories and programs hold?',
  skip: (context) => context.skipHolders(),
  run(context: SourceContext): void {
    const reading = context.skipBpfOfTasks() === undefined ? readBpfPaths() : undefined;
    if (!reading || 'refused' in reading) {
      if (reading) context.refused('what processes keep', reading.refused.code, reading.refused.syscall);
      context.searched(kinds, 'only BPF shows them');
      return;
    }
    const { records } = parseBpfFiles(reading.bytes);
    context.asked(records.length);
    for (const record of records) {
      const { type, inode } = record;
      const holder = toHolder(record);
      if (holder) context.emit({ fact: 'holder', type, inode, holder: Object.freeze(holder) });
    }
    for (const { type, inode, id } of listIdentified(records))
      context.emit({ fact: 'namespace', type, inode, id: String(id) });
    context.searched(kinds);
    const withheld = explainWithheld(context.withheld());
    if (withheld !== undefined) context.searched(kinds, withheld);
  },
};

function toHolder({ kind, pid, tid }: BpfFileRecord): Holder | undefined {
  const task = { pid, ...(tid === pid ? {} : { tid }) };
  if (kind === 'program') return { kind, ...task };
  return kind === 'cwd' || kind === 'root' ? { kind: 'directory', ...task, link: kind } : undefined;
}
