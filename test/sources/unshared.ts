// A process in new namespaces of all eight types, and what a snapshot must say of each.
import assert from 'node:assert/strict';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../src/model/snapshot/namespace-types.ts';
import type { Namespace, Snapshot } from '../../src/model/snapshot/schema.ts';
import { wantEverything } from '../../src/model/snapshot/wanted.ts';
import { type Held, hold, readChildren, readLinksOf, readOnlyChild, waitForName } from '../held-process.ts';
import type { Needs } from '../tiers.ts';

export const unshareNeeds: Needs = { commands: ['unshare', 'hostname'] };

/** unshare(1) stays outside its new pid namespace; the shell it starts is the init. */
export async function holdUnshared(): Promise<Held> {
  const types = ['--user', '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--time'];
  const more = ['--map-root-user', '--fork', '--kill-child', '--mount-proc', '--monotonic', '86400', '--boottime', '7'];
  const script = 'hostname nscope-test && echo ready && exec sleep 300';
  const held = await hold('unshare', [...types, ...more, 'sh', '-c', script]);
  await waitForName(readOnlyChild(held.pid), 'sleep');
  return held;
}

export function find(snapshot: Snapshot, type: NamespaceType, inode: number): Namespace {
  const found = snapshot.namespaces.find((namespace) => namespace.type === type && namespace.inode === inode);
  assert.ok(found, `${type}:[${inode}] is not in the snapshot`);
  return found;
}

/** Asserts all that both root and an ordinary user can know of the namespaces of holdUnshared. */
export function assertUnshared(snapshot: Snapshot, unsharePid: number): void {
  const own = readLinksOf(process.pid);
  const init = readOnlyChild(unsharePid);
  const inside = readLinksOf(init);
  for (const type of namespaceTypes) {
    const namespace = find(snapshot, type, inside[type]);
    assert.notEqual(namespace.inode, own[type]);
    assert.equal(namespace.initial, false, type);
    assert.equal(namespace.owner, type === 'user' ? own.user : inside.user, `the owner of ${type}`);
    assert.equal(namespace.ownerUid, process.geteuid?.(), `the user of ${type}`);
    assert.match(isKnown(namespace.id) ? namespace.id : '1', /^[1-9][0-9]*$/);
    // Only the init is in the new pid namespace, and time namespaces are entered by children alone.
    const alone = type === 'pid' || type === 'time';
    const leader = alone ? init : unsharePid;
    assert.deepEqual(
      namespace.processes,
      { count: alone ? 1 : 2, threads: 0, forChildren: alone ? 1 : 0, leader },
      type,
    );
  }
  const pid = find(snapshot, 'pid', inside.pid);
  assert.deepEqual([pid.parent, pid.init], [own.pid, init]);
  assert.equal(pid.level, Number(find(snapshot, 'pid', own.pid).level) + 1);
  const user = find(snapshot, 'user', inside.user);
  assert.equal(user.parent, own.user);
  assert.equal(user.level, Number(find(snapshot, 'user', own.user).level) + 1);
  assert.deepEqual(user.uidMap, [{ inside: 0, outside: process.geteuid?.(), count: 1 }]);
  assert.deepEqual(user.gidMap, [{ inside: 0, outside: process.getegid?.(), count: 1 }]);
  assert.equal(user.setgroups, 'deny');
  assert.deepEqual(find(snapshot, 'time', inside.time).timeOffsets, {
    monotonic: { seconds: 86400, nanoseconds: 0 },
    boottime: { seconds: 7, nanoseconds: 0 },
  });
  const process_ = snapshot.processes.find((candidate) => candidate.pid === init);
  assert.equal(process_?.pids.at(-1), 1);
  assert.equal(process_?.pids[0], init);
  assert.equal(process_?.comm, 'sleep');
  assert.deepEqual(process_?.commandLine, ['sleep', '300']);
}

/** Asserts that the user namespaces above a process are found, in which no process is: what it is in leads up to them. */
export async function assertClimbed(): Promise<void> {
  // Each unshare executes the next, so that one process leaves two user namespaces behind; the outer owns a net namespace.
  const words = ['-U', '-r', '-n', 'unshare', '-U', '-r', 'unshare', '-U', '-r'];
  const held = await hold('unshare', [...words, 'sh', '-c', 'echo ready; sleep 300; true']);
  while (readChildren(held.pid).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  try {
    const snapshot = collectSnapshot({ ...wantEverything, holders: false, bpf: false });
    const inside = readLinksOf(held.pid);
    const own = readLinksOf(process.pid);
    const innermost = find(snapshot, 'user', inside.user);
    const middle = find(snapshot, 'user', Number(innermost.parent));
    const outer = find(snapshot, 'user', Number(middle.parent));
    assert.deepEqual([middle.processes.count, outer.processes.count], [0, 0]);
    assert.equal(innermost.processes.count, 2);
    assert.equal(outer.parent, own.user);
    assert.equal(find(snapshot, 'net', inside.net).owner, outer.inode);
    const top = Number(find(snapshot, 'user', own.user).level);
    assert.deepEqual([outer.level, middle.level, innermost.level], [top + 1, top + 2, top + 3]);
    assert.deepEqual(outer.ownerUid, process.geteuid?.());
  } finally {
    await held.end();
  }
}
