// Loads the addon: the one place that touches native code, and the one typed contract for it.
import { closeSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeMemoryFile } from './memory-file.ts';
import { findPackageRoot, isExecutable } from './package-root.ts';

/** The names that uname(2) gives inside one uts namespace, bytes as latin1. */
export interface Utsname {
  readonly sysname: string;
  readonly nodename: string;
  readonly release: string;
  readonly version: string;
  readonly machine: string;
  readonly domainname: string;
}

/** A failure inside a batch: the errno's name and number, and the call. */
export interface BatchFailure {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
}

/** The batches of native/proc.c. */
export type ProcReading = { readonly procReading: never };

/** The thread of native/bpf-start.c that loads a program. */
export type BpfStart = { readonly bpfStart: never };

/** A loaded program of native/bpf-read.c that can be asked for its records. */
export type BpfReader = { readonly bpfReader: never };

/** One pass: all records that found room, how many did not, and whether the lists changed under the walk. */
export interface AddonBpfReading {
  readonly records: Buffer;
  readonly missed: number;
  readonly torn: boolean;
}

/** What became of a start: the first program that the kernel took, what was read early, and those it refused before. */
export interface AddonBpf {
  readonly reader: BpfReader | null;
  readonly reading: AddonBpfReading | null;
  readonly refusals: readonly { readonly program: number; readonly code: string; readonly syscall: string }[];
}

/** The thread of native/fuse.c that reads requests. */
export type FuseReader = { readonly fuseReader: never };

/** What happened to a process that waits for its children: native/wait.c. */
export type AddonEvent =
  | { readonly what: 'nothing' | 'input' }
  | { readonly what: 'signal'; readonly signal: number; readonly code: number; readonly pid: number }
  | { readonly what: 'exited'; readonly pid: number; readonly status: number }
  | { readonly what: 'killed' | 'stopped'; readonly pid: number; readonly signal: number }
  | { readonly what: 'continued'; readonly pid: number };

/** What native/*.c exports. Every function throws a SyscallError; descriptors it returns are the caller's to close. */
export interface Addon {
  errnoName(errno: number): string;
  readMonotonic(): number;
  kcmp(a: number, b: number, what: number): number;
  bpfLoad(
    skeleton: Uint8Array,
    entries: Uint32Array,
    log: Uint8Array,
  ): { readonly maps: number[]; readonly programs: number[] };
  bpfStart(skeleton: Uint8Array, order: Uint32Array, room: number, reads: 0 | 1, after: BpfStart | null): BpfStart;
  bpfFinish(start: BpfStart): AddonBpf;
  bpfAsk(reader: BpfReader, question: Uint8Array): void;
  bpfRead(reader: BpfReader): AddonBpfReading;
  bpfClose(reader: BpfReader): void;
  nsGetUserns(fd: number): number;
  nsGetParent(fd: number): number;
  nsGetNstype(fd: number): number;
  nsGetOwnerUid(fd: number): number;
  nsGetId(fd: number): bigint;
  nsReadAll(paths: Uint8Array, inodes: Uint32Array, what: Uint8Array, threads: number): Buffer;
  nsGetMntnsId(fd: number): bigint;
  nsMntGetInfo(fd: number): [id: bigint, mounts: number];
  walkMountNamespaces(fd: number): [walked: Buffer, errno: number];
  startProc(root: string, names: string, links: string, files: string, maxBytes: number, threads: number): ProcReading;
  startProcLinks(
    root: string,
    names: string,
    beginnings: string,
    files: string,
    maxBytes: number,
    threads: number,
  ): ProcReading;
  startProcTasks(
    root: string,
    names: string,
    links: string,
    files: string,
    maxBytes: number,
    threads: number,
  ): ProcReading;
  nextProc(reading: ProcReading): Buffer | null;
  endProc(reading: ProcReading): void;
  readUts(fds: Int32Array): (Utsname | BatchFailure)[];
  readMounts(mntNsId: bigint, magics: BigUint64Array, devices: BigUint64Array, fd: number, ids: BigUint64Array): Buffer;
  mountEventsOpen(mntns: number): number;
  mountEventsRead(fd: number): Buffer;
  findMounts(
    paths: Uint8Array,
    inodes: Uint32Array,
    magics: BigUint64Array,
    devices: BigUint64Array,
    threads: number,
  ): Buffer;
  listMounts(mntNsIds: BigUint64Array): Buffer;
  readMountinfoIn(fd: number): Buffer;
  startStandIn(): [pid: number, socket: number];
  endStandIn(pid: number, wait: 0 | 1): boolean;
  callFile(
    socket: number,
    what: number,
    fd: number,
    name: Uint8Array,
    flags: number,
    offset: number,
    size: number,
    timeoutMs: number,
  ): number | Buffer | null;
  lookAtFile(
    fd: number,
  ): [mode: number, uid: number, gid: number, inode: number, dev: number, size: number, changedMs: number];
  fuseMount(source: string, target: string, type: string, flags: number, data: string): void;
  fuseUnmount(target: string, flags: number): void;
  fuseSocketpair(): [ours: number, theirs: number];
  fuseReceiveDescriptor(socket: number): number;
  fuseListen(fd: number, deliver: (frames: Buffer, ended: string | null) => void): FuseReader;
  fuseStop(reader: FuseReader): void;
  fuseRefuseOwn(reader: FuseReader, refuse: 0 | 1): void;
  listns(types: number, userNsId: bigint): Buffer;
  openNsHandle(id: bigint, type: number, inode: number): number;
  readNsHandle(fd: number): [id: bigint, type: number, inode: number];
  pidfdOpen(pid: number, flags: number): number;
  pidfdGetfd(pidfd: number, fd: number): number;
  pidfdGetNamespace(pidfd: number, request: number): number;
  siocgskns(fd: number): number;
  tungetdevnetns(fd: number): number;
  bpfAttachTracing(prog: number): number;
  bpfLookupWord(map: number, key: number): bigint;
  ringOpen(map: number, bytes: number): object;
  ringDrain(ring: object): Buffer;
  ringClose(ring: object): void;
  processEventsOpen(): number;
  processEventsRead(fd: number): Buffer;
  readinessOpen(tell: (indices: readonly number[]) => void): object;
  readinessAdd(watch: object, fd: number, events: number): number;
  readinessRearm(watch: object, index: number): void;
  readinessRemove(watch: object, index: number): void;
  readinessClose(watch: object): void;
  openRouteSocket(netns: number): number;
  linkEventsOpen(apart: number): number;
  linkEventsRead(fd: number): [messages: Buffer, lost: number];
  askNetworks(
    paths: Uint8Array,
    inodes: Uint32Array,
    messages: Uint8Array,
    protocols: Uint32Array,
    files: Uint8Array,
    maxBytes: number,
  ): [answers: Buffer, sizes: Buffer];
  readXtables(
    paths: Uint8Array,
    inodes: Uint32Array,
    family: number,
    table: Uint8Array,
  ): [answers: Buffer, sizes: Buffer];
  askNsids(paths: Uint8Array, inodes: Uint32Array, pairs: Uint32Array): Buffer;
  findSocketNetns(pidfd: number, fds: Int32Array): Buffer;
  spawn(steps: readonly (readonly unknown[])[]): [pid: number, socket: number];
  receiveFromChild(socket: number): [what: number, step: number, value: number, errno: number] | null;
  receiveTraced(socket: number): Buffer | null;
  releaseChild(socket: number): void;
  watchSignals(): number;
  nextEvent(input: number, timeoutMs: number): AddonEvent;
  waitForChild(pid: number): number;
  getForeground(fd: number): number;
  setForeground(fd: number, group: number): void;
  getGroup(pid: number): number;
  endProcess(status: number): never;
  endBySignal(signal: number): never;
  becomeInit(command: number, verbose: number): never;
  becomePrompt(verbose: number): never;
  becomeOrphan(): never;
  becomeSubreaper(): void;
  unshareThread(flags: number): void;
}

/** Either the addon and the file that it is in, or why it could not be loaded (one sentence). */
type AddonResult = { readonly addon: Addon; readonly file: string } | { readonly missing: string };

const candidates = [
  join('build', 'native', 'nscope.node'),
  join('prebuilds', `linux-${process.arch}-musl.node`),
  join('prebuilds', `linux-${process.arch}-glibc.node`),
];

let loaded: AddonResult | undefined;

/**
 * The addon: a build of this checkout first, then the prebuilt one for this architecture, musl's before glibc's: glibc
 * refuses an addon linked with musl, while musl may take the other for its own. `NSCOPE_ADDON` names another file, or
 * `none` to do without. Loaded once.
 */
export function loadAddon(): AddonResult {
  loaded ??= load();
  return loaded;
}

/** What require() does with such a file, without the module that an ES module would need for that. */
function openAddon(file: string): Addon {
  const module = { exports: {} };
  if (!isExecutable()) process.dlopen(module, file);
  else {
    const fd = makeMemoryFile('nscope.node', readFileSync(file));
    try {
      process.dlopen(module, `/proc/self/fd/${fd}`);
    } finally {
      closeSync(fd);
    }
  }
  return module.exports as Addon;
}

function load(): AddonResult {
  const wanted = process.env.NSCOPE_ADDON;
  if (wanted === 'none') return { missing: 'the addon was not loaded: NSCOPE_ADDON=none' };
  const root = findPackageRoot();
  // An executable has one, in the first place: no other place is looked at.
  const places = isExecutable() ? candidates.slice(0, 1) : candidates;
  const files = wanted ? [wanted] : places.map((file) => join(root, file)).filter((file) => existsSync(file));
  if (files.length === 0) return { missing: `no addon for linux-${process.arch} in this installation` };
  const failures: string[] = [];
  for (const file of files) {
    try {
      return { addon: openAddon(file), file };
    } catch (error) {
      failures.push(error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error));
    }
  }
  return { missing: `the addon could not be loaded: ${failures.join('; ')}` };
}
