// The columns of nscope detect.
import type { Judgement } from '../../analysis/detect/judge.ts';
import type { Column } from './columns.ts';

export const detectColumns: readonly Column<Judgement>[] = [
  { name: 'type', header: 'TYPE', meaning: 'type of the namespace', kind: 'string', value: ({ type }) => type },
  {
    name: 'inode',
    header: 'INODE',
    meaning: 'its inode number; none where the link could not be read',
    kind: 'int',
    align: 'right',
    yields: 1,
    value: ({ inode }) => inode,
  },
  {
    name: 'verdict',
    header: 'VERDICT',
    meaning: "initial (the boot's own), child, host's (that of the host's init), or cannot tell",
    kind: 'string',
    value: ({ verdict }) => verdict,
  },
  {
    name: 'certainty',
    header: 'CERTAINTY',
    meaning: 'certain (a proof says so) or likely (a strong sign does)',
    kind: 'string',
    value: ({ certainty }) => certainty,
  },
  {
    name: 'by',
    header: 'BY',
    meaning: 'the methods that the verdict rests on',
    kind: 'list',
    cut: 'end',
    value: ({ by }) => by,
    text: ({ by }) => by.join(' ') || '-',
  },
];
