// The namespaces that mapped files hold, also after their descriptors were closed. The kernel's mappings, by BPF:
// bpf/mappings.bpf.c. Every mapping of every process is looked at, so only where that is wanted.
import { readBpfMappings } from '../../kernel/bpf/run.ts';
import { listIdentified, parseBpfFiles } from '../../parse/records/bpf-files.ts';
import { explainWithheld, skipBpfOfTasks, skipHolders } from '../contract/reasons.ts';
import type { Source } from '../contract/source.ts';

const kinds = ['mapping'] as const;

export const mappedFiles: Source<'host' | 'wanted' | 'namespaces' | 'tasks'> = {
  name: 'mapped-files',
  question: 'which namespaces do mapped files hold, also without a descriptor?',
  skip: (inputs) => skipHolders(inputs) ?? (inputs.wanted.mappings ? undefined : 'mapped files were not asked for'),
  run(inputs, report) {
    const reading = skipBpfOfTasks(inputs) === undefined ? readBpfMappings() : undefined;
    if (!reading || 'refused' in reading) {
      if (reading) report.refused('the mapped files of all processes', reading.refused.code, reading.refused.syscall);
      report.searched(kinds, reading ? `only BPF shows them: ${reading.refused.reason}` : 'only BPF shows them');
      return;
    }
    const { records, cut } = parseBpfFiles(reading.bytes);
    report.asked(records.length);
    for (const { type, inode, pid, tid } of records) {
      const task = { pid, ...(tid === pid ? {} : { tid }) };
      report.emit({ fact: 'holder', type, inode, holder: Object.freeze({ kind: 'mapping', ...task }) });
    }
    for (const { type, inode, id } of listIdentified(records))
      report.emit({ fact: 'namespace', type, inode, id: String(id) });
    report.searched(kinds);
    if (cut > 0) report.searched(kinds, `${cut} processes were changing their mappings, or had too many of these`);
    const withheld = explainWithheld(inputs.tasks.withheld);
    if (withheld !== undefined) report.searched(kinds, withheld);
  },
};
