// The records of bpf/mount-files.bpf.c and mount-tasks.bpf.c: what keeps a mount or a block device in use.
import type { MountUse, MountUseState } from '../../model/evidence/mount-use.ts';
import { countRecords } from './bpf-words.ts';
import { layOut } from './layout.ts';
import { RecordReader } from './record-reader.ts';

/** The numbers of `enum kind` in bpf/mount-use.h. */
const kinds = [
  'none',
  'open-file',
  'bound-socket',
  'in-flight',
  'open-device',
  'cwd',
  'root',
  'program',
  'mapped-file',
  'cut',
  'nested',
] as const;

/** The numbers of `enum state` in bpf/mount-use.h. */
const states: readonly MountUseState[] = ['mounted', 'detached', 'internal', 'anonymous'];

export const mountUseLayout = layOut('struct record of bpf/mount-use.h', {
  mount_id: 'u64',
  inode: 'u64',
  kind: 'u32',
  state: 'u32',
  old_mount_id: 'u32',
  mnt_inum: 'u32',
  device: 'u32',
  tgid: 'u32',
  pid: 'u32',
  fd: 'u32',
  mode: 'u32',
  is_path: 'u32',
});

const { word } = mountUseLayout;

/** st_mode of a directory: S_IFMT and S_IFDIR of inode(7). */
const [typeBits, directory] = [0o170000, 0o040000];

/** Of no task and no queue more than so many records are written; the programs have room for so many devices. */
export const maxWantedDevices = 63;

/**
 * The question of the programs.
 * @param devices - major:minor; all are meant where there are none, or more than the programs have room for
 */
export function packDevices(devices: readonly string[]): Uint32Array {
  const wanted = new Uint32Array(1 + maxWantedDevices);
  if (devices.length > maxWantedDevices) return wanted;
  wanted.set([devices.length, ...devices.map(packDevice)]);
  return wanted;
}

/** As the kernel has it: major << 20 | minor. */
function packDevice(device: string): number {
  const [major = 0, minor = 0] = device.split(':').map(Number);
  return ((major << 20) | minor) >>> 0;
}

export interface BpfMountUses {
  readonly uses: readonly MountUse[];
  /** Of how many processes or queues not all was read. */
  readonly cut: number;
  /** Of how many queues of sockets that wait in a queue themselves nothing was read. */
  readonly nested: number;
}

/** @param devices - those that were asked for: where the programs had no room for them, the others are left out */
export function parseBpfMountUses(bytes: Uint8Array, devices: ReadonlySet<string>): BpfMountUses {
  const record = new RecordReader(bytes);
  const uses: MountUse[] = [];
  let cut = 0;
  let nested = 0;
  for (let index = 0; index < countRecords(bytes, mountUseLayout); index++) {
    record.goTo(index * mountUseLayout.words);
    const kind = kinds[record.u32(word.kind)];
    const packed = record.u32(word.device);
    const device = `${packed >>> 20}:${packed & 0xfffff}`;
    if (kind === 'cut') cut++;
    if (kind === 'nested') nested++;
    if (kind === undefined || kind === 'none' || kind === 'cut' || kind === 'nested' || !devices.has(device)) continue;
    const hasDescriptor = !['cwd', 'root', 'program', 'mapped-file'].includes(kind);
    uses.push({
      kind,
      pid: record.u32(word.tgid),
      tid: record.u32(word.pid),
      ...(hasDescriptor ? { fd: record.u32(word.fd) } : {}),
      device,
      ...(kind === 'open-device'
        ? {}
        : { mount: record.u32(word.old_mount_id), state: states[record.u32(word.state)] ?? 'internal' }),
      ...(record.u32(word.mnt_inum) === 0 ? {} : { mountNamespace: record.u32(word.mnt_inum) }),
      ...(kind === 'bound-socket' ? { socket: record.long(word.inode) } : {}),
      isDirectory: (record.u32(word.mode) & typeBits) === directory,
      isPathOnly: record.u32(word.is_path) !== 0 && kind === 'open-file',
    });
  }
  return { uses, cut, nested };
}
