// What uname(2) says in each uts namespace. A thread of the addon's own enters them.
import { loadAddon } from '../../kernel/addon/addon.ts';
import { closeNamespace, type OpenNamespace, readUts } from '../../kernel/nsfs/nsfs.ts';
import { openFound } from '../../kernel/nsfs/open-namespace.ts';
import { isKnown, unknownFromErrno } from '../../model/snapshot/known.ts';
import type { Report, Source } from '../contract/source.ts';

export const utsNames: Source<'wanted' | 'namespaces'> = {
  name: 'uts-names',
  question: 'what does uname say in each uts namespace?',
  skip({ wanted }) {
    if (!wanted.attributes) return 'attributes were not asked for';
    const result = loadAddon();
    return 'missing' in result ? result.missing : undefined;
  },
  run({ namespaces }, report) {
    // Descriptors are few: as many at a time as are surely allowed.
    const batch: OpenNamespace[] = [];
    for (const namespace of namespaces.list()) {
      if (namespace.type !== 'uts') continue;
      const open = openFound(namespace);
      if (isKnown(open)) batch.push(open);
      if (batch.length === 200) readBatch(report, batch);
    }
    readBatch(report, batch);
  },
};

function readBatch(report: Report, batch: OpenNamespace[]): void {
  const namespaces = batch.splice(0);
  try {
    const answers = readUts(namespaces.map(({ fd }) => fd));
    namespaces.forEach(({ inode }, index) => {
      const answer = answers[index];
      if (!answer) return;
      report.asked();
      if ('code' in answer) report.refused(`${answer.syscall} into a uts namespace`, answer.code, `uts:[${inode}]`);
      const uts = 'code' in answer ? unknownFromErrno(answer.code) : Object.freeze(answer);
      report.emit({ fact: 'namespace', type: 'uts', inode, uts });
    });
  } finally {
    for (const namespace of namespaces) closeNamespace(namespace);
  }
}
