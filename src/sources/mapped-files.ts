// Which namespaces do mapped files hold, also after their descriptors were closed? The kernel's mappings, by BPF:
// bpf/mappings.bpf.c. Every mapping of every process is looked at, so only where that is wanted.
import { readBpfMappings } from '../kernel/bpf/run.ts';
import { listIdentified, parseBpfFiles } from '../parse/records/bpf-files.ts';
import { explainWithheld, type Source, type SourceContext } from './source.ts';

const kinds = ['mapping'] as const;

export const mappedFiles: Source = {
  name: 'mapped-files',
  question: 'which namespaces do mapped files hold, also without a descriptor?',
  skip: (context) => context.skipHolders() ?? (context.wanted.mappings ? undefined : 'mapped files were not asked for'),
  run(context: SourceContext): void {
    const reading = context.skipBpfOfTasks() === undefined ? readBpfMappings() : undefined;
    if (!reading || 'refused' in reading) {
      if (reading) context.refused('the mapped files of all processes', reading.refused.code, reading.refused.syscall);
      context.searched(kinds, reading ? `only BPF shows them: ${reading.refused.reason}` : 'only BPF shows them');
      return;
    }
    const { records, cut } = parseBpfFiles(reading.bytes);
    context.asked(records.length);
    for (const { type, inode, pid, tid } of records) {
      const task = { pid, ...(tid === pid ? {} : { tid }) };
      context.emit({ fact: 'holder', type, inode, holder: Object.freeze({ kind: 'mapping', ...task }) });
    }
    for (const { type, inode, id } of listIdentified(records))
      context.emit({ fact: 'namespace', type, inode, id: String(id) });
    context.searched(kinds);
    if (cut > 0) context.searched(kinds, `${cut} processes were changing their mappings, or had too many of these`);
    const withheld = explainWithheld(context.withheld());
    if (withheld !== undefined) context.searched(kinds, withheld);
  },
};
