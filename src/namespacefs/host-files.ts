// The texts of namespacefs that no snapshot holds: read from the host when somebody looks at them.
import { readTextFile } from '../kernel/files.ts';
import { searchMounts } from '../kernel/mount-search.ts';
import { isKnown, type Unknown } from '../model/known.ts';
import type { Namespace } from '../model/schema.ts';

/**
 * The mounts of a mount namespace, one a line: mount point, type, device, and what of the file system is mounted. Blanks
 * in names are written as in /proc/PID/mountinfo: \040.
 */
export function readMountsText({ id, processes: { leader } }: Namespace): string {
  const found = searchMounts({
    fd: undefined,
    id: isKnown(id) ? id : undefined,
    own: false,
    paths: leader === null ? [] : [`/proc/${leader}/ns/mnt`],
    fileSystems: undefined,
  });
  if (!isKnown(found)) return tell(found);
  const lines = found.mounts.map(({ path, fsType, device, root }) =>
    [path, fsType, device, root].map(escapeBlanks).join(' '),
  );
  return [...lines, ...(found.cut === undefined ? [] : [`? ${found.cut}`])].map((line) => `${line}\n`).join('');
}

function escapeBlanks(name: string): string {
  return name.replace(/[ \t\n\\]/g, (blank) => `\\${blank.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

/** The network devices in a network namespace, one name a line: /proc/PID/net/dev of a process in it. */
export function readLinksText({ processes: { leader } }: Namespace): string {
  if (leader === null) return '? unsupported\n';
  const text = readTextFile(`/proc/${leader}/net/dev`);
  if (!isKnown(text)) return tell(text);
  return [...text.matchAll(/^ *([^ :|]+):/gm)].map(([, name = '']) => `${name}\n`).join('');
}

function tell({ unknown, errno }: Unknown): string {
  return `? ${[unknown, errno].filter(Boolean).join(' ')}\n`;
}
