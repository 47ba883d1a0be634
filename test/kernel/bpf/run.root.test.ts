import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { loadAddon } from '../../../src/kernel/addon/addon.ts';
import { isSyscallError } from '../../../src/kernel/addon/syscall-error.ts';
import { bpfPrograms, readSkeleton } from '../../../src/kernel/bpf/programs.ts';
import {
  type BpfReading,
  closeBpfPrograms,
  prepareBpf,
  readBpfFiles,
  readBpfNamespaces,
  readBpfSuperblocks,
  readBpfTasks,
  readPidView,
} from '../../../src/kernel/bpf/run.ts';
import { namespaceLinks, readLinkType } from '../../../src/model/snapshot/namespace-types.ts';
import { parseStat } from '../../../src/parse/proc/stat.ts';
import { type BpfFileRecord, parseBpfFiles } from '../../../src/parse/records/bpf-files.ts';
import { parseBpfNamespaces } from '../../../src/parse/records/bpf-namespaces.ts';
import { parseBpfSuperblocks } from '../../../src/parse/records/bpf-superblocks.ts';
import { BpfTaskCursor } from '../../../src/parse/records/bpf-tasks.ts';
import { type BedNamespace, bedNeeds, makeBed } from '../../bed/bed.ts';
import { type Held, hold } from '../../held-process.ts';
import { hasLockedCallbacks } from '../../hiding/refused-programs.ts';
import { isLinuxSince } from '../../kernels/release.ts';
import { missing } from '../../tiers.ts';
import { countDescriptors } from '../open-descriptors.ts';

const skip = missing({
  root: true,
  commands: [...(bedNeeds.commands ?? []), 'perl', 'prlimit'],
  files: ['/sys/kernel/btf/vmlinux'],
});
const takesPrograms = isLinuxSince(5, 17);

function bytesOf(reading: BpfReading): Buffer {
  assert.ok('bytes' in reading, 'refused' in reading ? `${reading.refused.syscall}: ${reading.refused.reason}` : '');
  return reading.bytes;
}

/** What every reading says on a kernel that cannot look up types. */
function assertTooOld(reading: BpfReading): void {
  assert.ok('refused' in reading);
  assert.match(reading.refused.reason, /older than Linux 6\.1,/);
  closeBpfPrograms();
}

function keyOf({ type, inode }: Pick<BedNamespace, 'type' | 'inode'>): string {
  return `${type}:[${inode}]`;
}

test('The kernel lists every namespace, wherever it hides, from Linux 6.18.', { skip }, async () => {
  const bed = await makeBed();
  try {
    const reading = readBpfNamespaces();
    if (!isLinuxSince(6, 18)) {
      assert.ok('refused' in reading);
      assert.match(reading.refused.reason, /older than Linux 6\.18,/);
      return;
    }
    const listed = new Map(parseBpfNamespaces(bytesOf(reading)).map((namespace) => [keyOf(namespace), namespace]));
    const missed = bed.namespaces.filter((namespace) => !listed.has(keyOf(namespace)));
    assert.ok(bed.namespaces.length > 50);
    assert.deepEqual(
      missed.map(({ place, type }) => `${place} ${type}`),
      [],
    );
    for (const { id, type, inode } of bed.namespaces)
      if (id !== undefined) assert.equal(listed.get(keyOf({ type, inode }))?.id, id);
  } finally {
    await bed.release();
    closeBpfPrograms();
  }
});

test('The kernel lists what /proc shows of every process, each once, with owners that it lists too.', { skip }, () => {
  if (!isLinuxSince(6, 18)) return assert.ok('refused' in readBpfNamespaces());
  const inProc = (): Set<string> => {
    const links = new Set<string>();
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      for (const link of namespaceLinks)
        try {
          links.add(readlinkSync(`/proc/${pid}/ns/${link}`));
        } catch {
          // It ended, or is refused even to root.
        }
    return links;
  };
  const before = inProc();
  const namespaces = parseBpfNamespaces(bytesOf(readBpfNamespaces()));
  const after = inProc();
  closeBpfPrograms();
  const keys = new Set(namespaces.map(keyOf));
  assert.equal(keys.size, namespaces.length, 'none is told twice');
  const stayed = [...before].filter((key) => after.has(key));
  assert.ok(stayed.length >= 8);
  assert.deepEqual(
    stayed.filter((key) => !keys.has(key)),
    [],
  );
  let relatives = 0;
  for (const { ownerInode, parentInode, type } of namespaces) {
    relatives += Number(ownerInode !== 0) + Number(parentInode !== 0);
    if (ownerInode !== 0) assert.ok(keys.has(`user:[${ownerInode}]`), `the owner user:[${ownerInode}] is listed`);
    if (parentInode !== 0) assert.ok(keys.has(`${type}:[${parentInode}]`), `the parent ${type}:[${parentInode}]`);
  }
  // All but the initial user namespace have an owner.
  assert.ok(relatives >= 7, `${relatives} owners and parents were looked for`);
});

/** More than the store of bpf/namespaces.bpf.c has room for when it is loaded first. */
const many = 4200;

/** One process that goes from namespace to namespace and keeps a descriptor of each; its line has their keys. */
function holdMany(count: number): Promise<Held> {
  const unshare = process.arch === 'arm64' ? 97 : 272;
  const script = `for (1..${count}) {
    syscall(${unshare}, 0x04000000) == 0 and open($fd[$_], '<', '/proc/self/ns/uts') or die $!;
    push @keys, readlink('/proc/self/ns/uts');
  } $| = 1; print "@keys\\n"; sleep 99`;
  return hold('prlimit', ['--nofile=10000', 'perl', '-e', script]);
}

test('More namespaces than there is room for at first are listed to the last.', { skip }, async () => {
  if (!isLinuxSince(6, 18)) return assert.ok('refused' in readBpfNamespaces());
  const before = countDescriptors();
  const held = await holdMany(many);
  const made = held.line.trim().split(' ');
  assert.equal(new Set(made).size, many);
  try {
    for (let turn = 0; turn < 2; turn++) {
      const reading = readBpfNamespaces();
      const listed = parseBpfNamespaces(bytesOf(reading)).map(keyOf);
      assert.equal('missed' in reading && reading.missed, 0);
      assert.equal(new Set(listed).size, listed.length, 'none is told twice');
      const known = new Set(listed);
      assert.deepEqual(
        made.filter((key) => !known.has(key)),
        [],
      );
    }
  } finally {
    await held.end();
    closeBpfPrograms();
  }
  assert.equal(countDescriptors(), before);
});

test('Namespaces for which there is no room are counted, and the listing is not called complete.', {
  skip,
}, async () => {
  if (!isLinuxSince(6, 18)) return assert.ok('refused' in readBpfNamespaces());
  const [bpf, takeSnapshot] = ['kernel/bpf/run.js', 'collect/collect.js'].map(
    (file) => new URL(`../../../src/${file}`, import.meta.url).href,
  );
  // A larger map takes four descriptors while it is made, and three are left; that of readdirSync counts as open.
  const script = `import { execFileSync } from 'node:child_process';

    import { readdirSync } from 'node:fs';
    import { readBpfNamespaces } from ${JSON.stringify(bpf)};
    import { collectSnapshot } from ${JSON.stringify(takeSnapshot)};
    readBpfNamespaces();
    process.stdin.once('data', () => {
      const open = new Set(readdirSync('/proc/self/fd').map(Number));
      let limit = 0;
      for (let free = 0; free < 2; limit++) if (!open.has(limit)) free++;
      execFileSync('prlimit', ['--nofile=' + limit + ':', '--pid=' + process.pid]);
      const { missed, bytes } = readBpfNamespaces();
      console.log(JSON.stringify({ missed, records: bytes?.length / 64, coverage: collectSnapshot().coverage }));
      process.exit();
    });
    console.log('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'ready');
  const held = await holdMany(many);
  try {
    child.stdin.end('go\n');
    const { missed, records, coverage } = JSON.parse((await lines.next()).value ?? 'null');
    assert.equal(records, 4096);
    assert.ok(missed >= 100, `${missed} are missed`);
    assert.equal(coverage.verdict, 'partial');
    const told = /^(\d+) namespaces of the kernel's list \(BPF\) found no room/.exec(
      coverage.reasons.find((reason: string) => reason.includes('found no room')),
    );
    assert.ok(Number(told?.[1]) >= 100, JSON.stringify(coverage.reasons));
  } finally {
    await held.end();
    child.kill('SIGKILL');
  }
});

test('Each way in which a list can be loaded gives the same.', { skip }, () => {
  if (!takesPrograms) return assertTooOld(readBpfSuperblocks());
  const found = loadAddon();
  assert.ok('addon' in found);
  const { addon } = found;
  const compared: string[] = [];
  const walks = ['namespaces', 'tally', 'superblocks', 'ucounts', 'charges'] as const;
  const isOld = (name: (typeof walks)[number]) => name === 'superblocks' || name === 'ucounts';
  for (const name of walks) {
    const isThere = isLinuxSince(6, 18) || isOld(name);
    const ways = bpfPrograms[name].types.map((type, i) => {
      const { reader, refusals } = addon.bpfFinish(addon.bpfStart(readSkeleton(name), Uint32Array.of(i), 0, 0, null));
      if (!isThere || (type === 'syscall' && !hasLockedCallbacks)) assert.equal(reader, null, `${name} as ${type}`);
      else assert.ok(reader, `${name} as ${type}: ${JSON.stringify(refusals)}`);
      return reader;
    });
    const [first, second] = ways;
    if (first && second) {
      for (let turn = 0; ; turn++) {
        const [one, other] = [addon.bpfRead(first), addon.bpfRead(second)];
        assert.ok(one.records.length > 0 || name === 'superblocks');
        if (one.records.equals(other.records)) break;
        assert.ok(turn < 200, `${name}: two readings always differ`);
      }
      compared.push(name);
    }
    for (const reader of ways) if (reader) addon.bpfClose(reader);
  }
  const both = walks.filter(
    (name) => bpfPrograms[name].types.length > 1 && hasLockedCallbacks && (isLinuxSince(6, 18) || isOld(name)),
  );
  assert.deepEqual(compared, both);
});

test('Every process and thread of a quiet bed is as /proc has it, field by field.', { skip }, async () => {
  if (!takesPrograms) return assertTooOld(readBpfTasks(true));
  const bed = await makeBed(['process', 'thread', 'for-children', 'thread-leader-exited']);
  let compared = 0;
  try {
    const holders = new Set(bed.namespaces.map(({ holder }) => holder.pid ?? bed.pid));
    const cursor = new BpfTaskCursor(bytesOf(readBpfTasks(true)));
    while (cursor.next()) {
      if (!holders.has(cursor.pid)) continue;
      const folder = `/proc/${cursor.pid}/task/${cursor.tid}`;
      const stat = parseStat(readFileSync(`${folder}/stat`));
      const { pid, comm, state, ppid, threads, startTimeTicks } = stat;
      assert.deepEqual(
        [cursor.tid, cursor.comm, cursor.state, cursor.ppid, cursor.threads, cursor.startTimeTicks()],
        [pid, comm, state, ppid, threads, startTimeTicks],
      );
      const status = readFileSync(`${folder}/status`, 'latin1');
      assert.deepEqual(cursor.pids.map(String), /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/));
      assert.equal(`${cursor.uid}\t${cursor.euid}`, /^Uid:\s+(\d+\t\d+)/m.exec(status)?.[1]);
      for (const link of namespaceLinks) {
        const shown = existsSync(`${folder}/ns/${link}`) ? readlinkSync(`${folder}/ns/${link}`) : undefined;
        if (shown !== undefined) assert.equal(`${readLinkType(link)}:[${cursor.inode(link)}]`, shown);
        else assert.ok(state === 'Z' || link === 'pid_for_children', `${folder}/ns/${link}`);
      }
      compared++;
    }
  } finally {
    await bed.release();
    closeBpfPrograms();
  }
  assert.ok(compared >= 10, `${compared} tasks were compared`);
});

test('What is read while nobody waits for it is given once, and not when it has become old.', { skip }, async () => {
  if (!takesPrograms) return assertTooOld(readBpfTasks());
  const sleepers: ChildProcess[] = [];
  const start = () => {
    const sleeper = spawn('sleep', ['60']);
    sleepers.push(sleeper);
    return sleeper.pid as number;
  };
  try {
    prepareBpf(['tasks']);
    await setTimeout(400);
    const late = start();
    assert.ok(listPids(readBpfTasks()).has(late), 'the reading begun before was too old');
    closeBpfPrograms();
    prepareBpf(['namespaces', 'tasks']);
    readBpfTasks();
    const later = start();
    assert.ok(listPids(readBpfTasks()).has(later), 'the reading begun before was given already');
  } finally {
    for (const sleeper of sleepers) sleeper.kill('SIGKILL');
    closeBpfPrograms();
  }
});

function listPids(reading: BpfReading): ReadonlySet<number> {
  const pids = new Set<number>();
  const cursor = new BpfTaskCursor(bytesOf(reading));
  while (cursor.next()) pids.add(cursor.pid);
  return pids;
}

test('Of threads only those are told that differ from their leader, and every process is.', { skip }, async () => {
  if (!takesPrograms) return assertTooOld(readBpfTasks());
  const bed = await makeBed(['thread']);
  const processes = new Set<number>();
  const tids = new Set<number>();
  const before = listProcesses();
  const cursor = new BpfTaskCursor(bytesOf(readBpfTasks()));
  while (cursor.next()) (cursor.tid === cursor.pid ? processes : tids).add(cursor.tid);
  const after = new Set(listProcesses());
  await bed.release();
  closeBpfPrograms();
  assert.ok(processes.has(process.pid));
  assert.ok(
    !readdirSync('/proc/self/task').some((tid) => tids.has(Number(tid))),
    'node has threads, all like its first',
  );
  const holders = bed.namespaces.map(({ holder }) => holder.tid);
  assert.ok(holders.length > 3);
  for (const tid of holders) assert.ok(tid !== undefined && tids.has(tid), `thread ${tid}`);
  // Some hosts keep a process of theirs from everybody, root and BPF as well.
  const stayed = before.filter((pid) => after.has(pid) && isReadable(pid));
  assert.ok(stayed.length > 3);
  assert.deepEqual(
    stayed.filter((pid) => !processes.has(pid)),
    [],
  );
});

function isReadable(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/uts`) !== '';
  } catch (error) {
    if (isSyscallError(error) && ['EACCES', 'ENOENT', 'ESRCH'].includes(error.code)) return false;
    throw error;
  }
}

function listProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

const filePlaces = ['fd', 'fd-in-flight', 'socket', 'tap', 'file-credentials', 'pidfd', 'proc-directory', 'thread-fd'];

test('Open files lead to the namespaces that they hold, also in the queue of a unix socket.', { skip }, async () => {
  if (!takesPrograms) return assertTooOld(readBpfFiles());
  const bed = await makeBed(filePlaces);
  try {
    const { records, cutSocketInodes } = parseBpfFiles(bytesOf(readBpfFiles()));
    const held = bed.namespaces.filter(({ auxiliary }) => !auxiliary);
    assert.ok(held.length >= 20);
    const compared = { fd: 0, socketInode: 0, pid: 0 };
    for (const { place, type, inode, holder } of held) {
      const found = records.find((record) => record.type === type && record.inode === inode && isAt(record, place));
      assert.ok(found, `${place} ${type} in ${JSON.stringify(holder)}`);
      for (const field of ['fd', 'socketInode', 'pid'] as const) {
        if (holder[field] === undefined) continue;
        assert.equal(found[field], holder[field], `${place} ${field}`);
        compared[field]++;
      }
    }
    assert.ok(compared.fd >= 20 && compared.socketInode > 0 && compared.pid > 0, JSON.stringify(compared));
    assert.deepEqual(cutSocketInodes, []);
  } finally {
    await bed.release();
    closeBpfPrograms();
  }
});

function isAt({ kind, inFlight }: BpfFileRecord, place: string): boolean {
  if (place === 'fd-in-flight') return inFlight && kind === 'nsfs';
  const kinds: Record<string, string> = {
    fd: 'nsfs',
    'thread-fd': 'nsfs',
    socket: 'socket',
    tap: 'tun',
    'file-credentials': 'credentials',
    pidfd: 'pidfd',
    'proc-directory': 'proc-entry',
  };
  return !inFlight && kind === kinds[place];
}

test('Super blocks lead to mount namespaces, bind mounts and file systems, also hidden ones.', { skip }, async () => {
  if (!takesPrograms) return assertTooOld(readBpfSuperblocks());
  const places = ['process:mnt,net,ipc', 'bind-mount', 'hidden-bind-mount', 'nested-bind-mount', 'file-system'];
  const bed = await makeBed(places);
  try {
    const walk = parseBpfSuperblocks(bytesOf(readBpfSuperblocks()));
    const found = new Map(walk.map((record) => [keyOf(record), record]));
    assert.ok(bed.namespaces.length >= 20);
    const reachable = bed.namespaces.filter(
      ({ place, type, auxiliary }) => !auxiliary || type === 'mnt' || place === '',
    );
    for (const namespace of reachable) assert.ok(found.has(keyOf(namespace)), `${namespace.place} ${namespace.type}`);
    let bound = 0;
    for (const { place, type, inode, holder } of bed.namespaces.filter(({ place }) => place.endsWith('bind-mount'))) {
      if (holder.mountNamespace === undefined) continue;
      bound++;
      const records = walk.filter((record) => record.way === 'bind-mount' && record.inode === inode);
      const inside = records.map((record) => record.mountNamespaceInode);
      assert.ok(inside.includes(holder.mountNamespace), `${place} ${type} lies in mnt:[${holder.mountNamespace}]`);
    }
    assert.ok(bound >= 10, `${bound} bind mounts were looked for`);
  } finally {
    await bed.release();
    closeBpfPrograms();
  }
});

test('No descriptor stays open once the programs are closed, and one for each while they are not.', { skip }, () => {
  if (!takesPrograms) return assertTooOld(readBpfTasks());
  const before = countDescriptors();
  const readings = [readBpfSuperblocks(), readBpfFiles(), readBpfTasks(), readBpfTasks(true)];
  for (const reading of readings) bytesOf(reading);
  readBpfNamespaces();
  assert.ok(countDescriptors() <= before + 5);
  readBpfTasks();
  assert.ok(countDescriptors() <= before + 5, 'a program is loaded once');
  closeBpfPrograms();
  assert.equal(countDescriptors(), before);
});

test('A process knows whether it is in the initial pid namespace.', { skip }, () => {
  const { isInitial, procIsOurs } = readPidView();
  assert.equal(isInitial, statSync('/proc/self/ns/pid').ino === 0xeffffffc);
  assert.equal(procIsOurs, readlinkSync('/proc/self') === String(process.pid));
});
