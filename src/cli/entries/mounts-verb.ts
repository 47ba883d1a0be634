// The verb that shows what mount namespaces have mounted.
import { failureOfAnswer } from '../help/exit-statuses.ts';
import { rowOptions } from '../options/reading-options.ts';
import { targetArgument } from '../options/target-argument.ts';
import type { ColumnMeaning, Verb } from '../options/verb.ts';

async function loadColumns(): Promise<readonly ColumnMeaning[]> {
  const { mountColumns } = await import('../../render/columns/mount-columns.ts');
  const { mountTableColumns } = await import('../../render/columns/mount-table-columns.ts');
  const ofMounts = new Set(mountColumns.map(({ name }) => name));
  return [...mountColumns, ...mountTableColumns.filter(({ name }) => !ofMounts.has(name))];
}

export const mountsVerb = {
  name: 'mounts',
  summary: 'show what a mount namespace has mounted, and what differs between two',
  details: [
    'With a TARGET, draws the tree of the mounts of its mount namespace, also of one that no process is in: it is read from outside, by statmount(2) and mountinfo. REMARKS has what covers a mount and what it hides, idmapped mounts with their ranges, and whether the mount or the whole file system is read-only; PEERS and MASTERS name the workloads in whose mount namespaces the mounts are that it shares mounts and unmounts with.',
    'Without a TARGET, lists all mount namespaces with how much each has mounted.',
    'With two TARGETs, lists what the first has and the second has not (-), the other way round (+), and what both have with other options or covered in one alone (~). Mounts are the same where they show the same directory of the same file system at the same path. Where the directory is mounted elsewhere in the other, DIFFERENCE has that path.',
    '--path says which path a file of TARGET has in the mount namespace of --to, or why it has none there: its file system is not mounted, what is mounted there shows other parts of it, or another mount lies over it. Without a TARGET the path is one of nscope’s own mount namespace, and so is the answer without --to. The tables of mounts alone are asked: no path is opened, so a symbolic link on the way is not followed, and whether there is such a file is not looked at.',
    'Mounts are read for this verb alone; a snapshot for --from has to be saved with nscope snapshot --with mounts.',
  ],
  arguments: [
    { ...targetArgument, optional: true },
    { name: 'OTHER', meaning: 'another TARGET, to compare with', optional: true },
  ],
  options: [
    { flags: '--list', meaning: 'list the mounts in the order of the kernel, without a tree' },
    { flags: '--path PATH', meaning: 'translate this absolute path of TARGET', completes: 'file' },
    { flags: '--to OTHER', meaning: 'with --path: to a path of this TARGET' },
    ...rowOptions,
  ],
  examples: [
    { command: 'nscope mounts docker:web', meaning: 'the tree of mounts of a container' },
    { command: 'nscope mounts 1 docker:web', meaning: 'what this host has and the container not, and the other way' },
    { command: 'nscope mounts docker:web --path /data/db', meaning: 'where a file of the container lies on this host' },
    { command: 'nscope mounts --path /srv/db --to docker:web', meaning: 'which path the container has for it' },
    { command: `nscope mounts 1 --filter 'covered'`, meaning: 'mounts that others hide' },
    {
      command: `nscope mounts 812 -o path,id,oldid,superoptions`,
      meaning: 'both ids, and the options of file systems',
    },
  ],
  statuses: [
    ['0', 'rows are shown; with two TARGETs: nothing differs; with --path: a path leads there'],
    ['1', 'no row was chosen; with two TARGETs: something differs; with --path: no path leads there'],
    failureOfAnswer,
    ['3', 'cannot be told: the mounts are not known, or not all of them'],
  ],
  columns: loadColumns,
  reads: ['namespaces', 'tasks', 'files', 'queues', 'superblocks'],
} as const satisfies Verb;
