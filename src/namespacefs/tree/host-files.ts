// The texts of namespacefs that change without an event, or that no snapshot holds: read from the host when somebody looks.
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { readTextFile } from '../../kernel/files/files.ts';
import { searchMounts } from '../../kernel/mounts/mount-search.ts';
import { closeNamespace, readUts } from '../../kernel/nsfs/nsfs.ts';
import { openFound } from '../../kernel/nsfs/open-namespace.ts';
import { readMemberFile } from '../../kernel/proc/member-file.ts';
import { isKnown, type Unknown } from '../../model/snapshot/known.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import { escapeText } from '../../render/words/escape.ts';
import { findCandidates, findId } from './entrances.ts';
import { formatUname } from './namespace-files.ts';
import { formatOctalWord } from './octal-words.ts';
import { keyOfNamespace } from './tree-places.ts';

/** A text that is younger is not read anew: who lists a directory and then reads its files sees one state. */
const freshMs = 50;
/** More texts than this are not kept. */
const maxKept = 1000;

export class HostFiles {
  readonly #kept = new Map<string, { readonly text: string | undefined; readonly atMs: number }>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** @returns undefined where the host says nothing of it: then what the snapshot has stands */
  read(namespace: Namespace, file: string, index: SnapshotIndex): string | undefined {
    const reader = readers.get(file);
    if (!reader) return undefined;
    const key = `${keyOfNamespace(namespace)}/${file}`;
    const atMs = this.#nowMs();
    const kept = this.#kept.get(key);
    if (kept && atMs - kept.atMs < freshMs) return kept.text;
    const text = reader(namespace, index);
    if (this.#kept.size >= maxKept) this.#kept.clear();
    this.#kept.set(key, { text, atMs });
    return text;
  }
}

type Reader = (namespace: Namespace, index: SnapshotIndex) => string | undefined;

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['mounts', readMountsText],
  ['links', readLinksText],
  ['uname', readUnameText],
  ['offsets', readOffsetsText],
  ...['uid_map', 'gid_map', 'setgroups'].map((file) => [file, (one: Namespace) => readOfLeader(one, file)] as const),
]);

/** The mounts of a mount namespace, one a line: mount point, type, device, and what of the file system is mounted. */
function readMountsText({ id, processes: { leader } }: Namespace): string {
  const found = searchMounts({
    fd: undefined,
    id: isKnown(id) ? id : undefined,
    own: false,
    paths: leader === null ? [] : [`/proc/${leader}/ns/mnt`],
    fileSystems: undefined,
  });
  if (!isKnown(found)) return tell(found);
  const lines = found.mounts.map(({ path, fsType, device, root }) =>
    [path, fsType, device, root].map(formatOctalWord).join(' '),
  );
  return [...lines, ...(found.cut === undefined ? [] : [`? ${found.cut}`])].map((line) => `${line}\n`).join('');
}

/** The network devices in a network namespace, one name a line: /proc/PID/net/dev of a process in it. */
function readLinksText({ processes: { leader } }: Namespace): string {
  if (leader === null) return '? unsupported\n';
  const text = readTextFile(`/proc/${leader}/net/dev`);
  if (!isKnown(text)) return tell(text);
  return text
    .split('\n')
    .flatMap((line) => parseDeviceName(line) ?? [])
    .join('');
}

/** Two lines of headings have no colon, and no name of a device has a blank, a colon or a slash: dev_valid_name(). */
function parseDeviceName(line: string): string | undefined {
  const name = /^ *([^ :]+):/.exec(line)?.[1];
  return name && `${escapeText(name)}\n`;
}

/** Nobody tells when a name is set. */
function readUnameText(namespace: Namespace, index: SnapshotIndex): string | undefined {
  const { type, inode } = namespace;
  const open = openFound({ type, inode, paths: findCandidates(namespace, index), id: findId(namespace) });
  if (!isKnown(open)) return undefined;
  try {
    const [answer] = readUts([open.fd]);
    return answer && !('code' in answer) ? formatUname(answer) : undefined;
  } finally {
    closeNamespace(open);
  }
}

/** Maps are written when the namespace is there already. */
function readOfLeader({ type, inode, processes: { leader } }: Namespace, file: string): string | undefined {
  return leader === null ? undefined : wholeText(readMemberFile(leader, file, type, inode));
}

/** The file shows the namespace of the children, whatever the process itself is in: fs/proc/base.c. */
function readOffsetsText({ type, inode }: Namespace, index: SnapshotIndex): string | undefined {
  const member = index.membersOf(type, inode).find((task) => task.namespaces.time_for_children === inode);
  return member && wholeText(readMemberFile(member.tid, 'timens_offsets', 'time_for_children', inode));
}

/** A process that ends has empty files. */
function wholeText(text: string | Unknown): string | undefined {
  return isKnown(text) && text !== '' ? text : undefined;
}

function tell({ unknown, errno }: Unknown): string {
  return `? ${[unknown, errno].filter(Boolean).join(' ')}\n`;
}
