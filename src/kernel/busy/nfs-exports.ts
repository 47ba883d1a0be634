// Directories that the kernel's NFS server exports: as long as it has one at hand, the mount is in use. exportfs(8)
import { isKnown } from '../../model/snapshot/known.ts';
import { type NfsExport, parseNfsExports } from '../../parse/storage/nfs-exports.ts';
import { readTextFile } from '../files/files.ts';
import { readShapedFile } from '../files/shaped-files.ts';

export interface ServedExport extends NfsExport {
  /** The file that makes the server of its network namespace forget what it has at hand. */
  readonly flushFile: string;
  /** Whether exportfs(8) has it in its table, so that the server would be given it again. */
  readonly isInTable: boolean;
}

/** @param pids - of a process of each other network namespace: every one has a server of its own */
export function readNfsExports(pids: readonly number[]): ServedExport[] {
  let table: ReadonlySet<string> | undefined;
  return ['/proc/net', ...pids.map((pid) => `/proc/${pid}/net`)].flatMap((net) => {
    const text = readTextFile(`${net}/rpc/nfsd.export/content`);
    return parseNfsExports(isKnown(text) ? text : '').map((one) => {
      table ??= readTable();
      const isInTable = net === '/proc/net' && table.has(JSON.stringify(one));
      return { ...one, flushFile: `${net}/rpc/nfsd.export/flush`, isInTable };
    });
  });
}

function readTable(): ReadonlySet<string> {
  const path = '/var/lib/nfs/etab';
  const text = readShapedFile({ path, links: 'all', trusts: (uid) => uid === 0 }, maxTableBytes);
  return new Set(parseNfsExports(isKnown(text) ? text : '').map((one) => JSON.stringify(one)));
}

const maxTableBytes = 1 << 20;
