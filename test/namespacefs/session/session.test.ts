// What the session answers, request by request, without a kernel.
import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { Fact } from '../../../src/model/facts/facts.ts';
import { changingOpcodes, fuseOpcode, initFlag, openFlag } from '../../../src/parse/fuse/protocol.ts';
import { container, facts, snapshotOf } from '../../container-host.ts';
import { join, longs, message, readBody, samples, text, words } from '../../parse/fuse/messages.ts';
import { linksOf, processFact } from '../../recorded-facts.ts';
import { ownThread, ScriptedKernel } from '../scripted-kernel.ts';

const { EAGAIN, EINTR, EIO, EISDIR, ENOENT, ENOSYS, EROFS } = constants.errno;

/** The host when its container has ended. */
function withoutContainer() {
  const gone = new Set<number>(Object.values(container));
  const left = facts.filter((fact) => {
    if (fact.fact === 'process') return fact.namespaces.net !== container.net;
    if (fact.fact === 'nested-pids') return false;
    return !('inode' in fact && gone.has(fact.inode));
  });
  return buildSnapshot(left as Fact[]);
}

const joined = processFact(300, ['late'], { uid: 1000, namespaces: linksOf({ net: container.net }) });

test('The first request agrees on a version, and on no more than the kernel offers.', () => {
  const { view } = new ScriptedKernel(snapshotOf()).ask({
    opcode: fuseOpcode.init,
    body: join(words(7, 31, 131072, initFlag.asyncRead | initFlag.doReaddirplus), new Uint8Array(48)),
  });
  assert.deepEqual([view.getUint32(0, true), view.getUint32(4, true)], [7, 31]);
  assert.equal(view.getUint32(12, true), initFlag.asyncRead | initFlag.doReaddirplus);
  assert.ok(view.getUint32(20, true) + 80 <= 16 * 1024, 'a write fits the buffer of the reading thread');
});

test('A file that is looked up states its size, and is read as it was looked up.', () => {
  const kernel = new ScriptedKernel(snapshotOf());
  const tasks = kernel.walk(`net/${container.net}/tasks`);
  assert.equal(tasks.mode, 0o100440);
  assert.equal(tasks.sizeBytes, '201\n202\n203\n'.length);
  assert.equal(kernel.open(tasks.nodeId).flags, openFlag.keepCache);
  assert.equal(kernel.readText(tasks.nodeId), '201\n202\n203\n');
  assert.equal(Buffer.from(kernel.read(tasks.nodeId, 0, 4, 3).bytes).toString(), '202');
  assert.equal(kernel.read(tasks.nodeId, 0, 999).bytes.length, 0);
});

test('The first opening of a file puts its text into the page cache before it is answered, and no other does.', () => {
  const kernel = new ScriptedKernel(snapshotOf());
  const { nodeId } = kernel.walk(`net/${container.net}/tasks`);
  assert.equal(kernel.open(nodeId).errno, 0);
  assert.deepEqual(
    kernel.stored.map((one) => [one.nodeId, one.text, one.answersBefore]),
    [[nodeId, kernel.readText(nodeId), 3]],
  );
  kernel.open(nodeId);
  assert.equal(kernel.stored.length, 1, 'a request to read may be under way');
  assert.equal(kernel.open(kernel.walk('events').nodeId).errno, 0);
  assert.equal(kernel.stored.length, 1, 'what goes on is not stored');
});

test('Another text gets another number, so that what is open stays one state; its inode number stays.', () => {
  const kernel = new ScriptedKernel(snapshotOf());
  const before = kernel.walk(`net/${container.net}/tasks`);
  const owner = kernel.walk(`net/${container.net}/owner`);
  kernel.feed.set(snapshotOf([joined]));
  const after = kernel.walk(`net/${container.net}/tasks`);
  assert.notEqual(after.nodeId, before.nodeId);
  assert.equal(after.inode, before.inode);
  assert.equal(kernel.readText(before.nodeId), '201\n202\n203\n');
  assert.equal(kernel.readText(after.nodeId), '201\n202\n203\n300\n');
  assert.equal(kernel.walk(`net/${container.net}/owner`).nodeId, owner.nodeId, 'the same text keeps its number');
});

test('What has ended is not found, its directory is empty, and what was looked up can still be read.', () => {
  const kernel = new ScriptedKernel(snapshotOf());
  const directory = kernel.walk(`uts/${container.uts}`);
  const uname = kernel.walk(`uts/${container.uts}/uname`);
  kernel.feed.set(withoutContainer());
  assert.equal(kernel.lookup(directory.nodeId, 'uname').errno, ENOENT);
  assert.deepEqual(kernel.list(directory.nodeId), ['.', '..']);
  assert.equal(kernel.ask({ opcode: fuseOpcode.getattr, nodeId: directory.nodeId, body: longs(0, 0) }).errno, 0);
  assert.match(kernel.readText(uname.nodeId), /webhost/);
  const uts = kernel.walk('uts');
  assert.equal(kernel.lookup(uts.nodeId, String(container.uts)).errno, ENOENT);
});

test('A namespace that has the inode number of one that ended is another directory.', () => {
  const kernel = new ScriptedKernel(snapshotOf());
  const before = kernel.walk(`net/${container.net}`);
  const others = facts.map((fact) =>
    fact.fact === 'namespace' && fact.inode === container.net ? { ...fact, id: '9005' } : fact,
  );
  kernel.feed.set(buildSnapshot(others));
  const after = kernel.walk(`net/${container.net}`);
  assert.notEqual(after.nodeId, before.nodeId);
  assert.equal(kernel.lookup(before.nodeId, 'tasks').errno, ENOENT);
});

test('A listing read in small pieces has every name once.', () => {
  const kernel = new ScriptedKernel(snapshotOf());
  const whole = kernel.list(1);
  assert.equal(new Set(whole).size, whole.length);
  assert.deepEqual(kernel.list(1, 64), whole);
  assert.deepEqual(whole.slice(0, 3), ['.', '..', 'cgroup']);
});

test('Nodes are let go when the kernel forgets them, and only then.', () => {
  const kernel = new ScriptedKernel(snapshotOf());
  const before = kernel.session.knownNodes;
  const net = kernel.lookup(1, 'net');
  kernel.lookup(1, 'net');
  kernel.forget(net.nodeId, 1);
  assert.equal(kernel.lookup(net.nodeId, 'nothing').errno, ENOENT);
  assert.equal(kernel.session.knownNodes, before + 1);
  kernel.forget(net.nodeId, 1);
  assert.equal(kernel.session.knownNodes, before);
  assert.equal(kernel.ask({ opcode: fuseOpcode.opendir, nodeId: net.nodeId, body: words(0, 0) }).errno, ENOENT);
  kernel.forget(1, 100);
  assert.equal(kernel.lookup(1, 'net').errno, 0, 'the root stays');
});

test('Nothing can be changed, and what is not known is not there.', () => {
  const kernel = new ScriptedKernel(snapshotOf());
  for (const opcode of changingOpcodes) {
    const named = opcode === fuseOpcode.mkdir ? join(words(0, 0), text('x')) : text('x');
    assert.equal(kernel.ask({ opcode, body: named }).errno, EROFS, String(opcode));
  }
  assert.equal(kernel.ask({ opcode: 22, body: text('security.selinux') }).errno, ENOSYS);
  const net = kernel.walk('net');
  assert.equal(kernel.open(net.nodeId).errno, EISDIR);
});

test('Links answer with where they lead.', () => {
  const kernel = new ScriptedKernel(snapshotOf());
  const byId = kernel.walk('by-id/5005');
  const { bytes } = kernel.ask({ opcode: fuseOpcode.readlink, nodeId: byId.nodeId });
  assert.equal(Buffer.from(bytes).toString(), `../net/${container.net}`);
  assert.equal(byId.sizeBytes, bytes.length);
  const ns = kernel.walk(`net/${container.net}/ns`);
  assert.equal(
    Buffer.from(kernel.ask({ opcode: fuseOpcode.readlink, nodeId: ns.nodeId }).bytes).toString(),
    '/proc/201/ns/net',
  );
});

test('Each reader of the events gets every line from its opening on, and waits for the next.', () => {
  const kernel = new ScriptedKernel(snapshotOf());
  const { nodeId } = kernel.walk('events.follow');
  const first = kernel.open(nodeId);
  assert.ok((first.flags & openFlag.directIo) !== 0);
  const waiting = { opcode: fuseOpcode.read, nodeId, body: readBody(first.handle, 0, 4096), unique: 1001n };
  assert.equal(kernel.send(waiting), undefined, 'a read waits');
  kernel.feed.set(withoutContainer());
  const lines = Buffer.from(kernel.answers.get(1001n)?.bytes ?? [])
    .toString()
    .trim()
    .split('\n');
  assert.ok(
    lines.some((line) => line === `2023-11-14T22:13:20.000Z destroyed net:[${container.net}] id=5005`),
    lines.join('\n'),
  );
  const second = kernel.open(nodeId);
  kernel.feed.set(snapshotOf());
  const created = Buffer.from(kernel.read(nodeId, second.handle).bytes).toString();
  assert.match(created, new RegExp(`created net:\\[${container.net}\\] id=5005 uid=1000 pid=201 comm=web\n`));
  assert.doesNotMatch(created, /destroyed/);
  assert.equal(kernel.feed.watchers, 2);
  for (const { handle } of [first, second])
    assert.equal(kernel.ask({ opcode: fuseOpcode.release, nodeId, body: longs(handle, 0, 0) }).errno, 0);
  assert.equal(kernel.feed.watchers, 0);
});

test('A read of the events is interrupted by a signal, refused where it may not wait, and woken by poll.', () => {
  const kernel = new ScriptedKernel(snapshotOf());
  const { nodeId } = kernel.walk('events.follow');
  const { handle } = kernel.open(nodeId);
  kernel.send({ opcode: fuseOpcode.read, nodeId, body: readBody(handle, 0, 10), unique: 1001n });
  kernel.send({ opcode: fuseOpcode.interrupt, body: longs(1001n) });
  assert.equal(kernel.answers.get(1001n)?.errno, EINTR);
  assert.equal(kernel.ask({ opcode: fuseOpcode.read, nodeId, body: readBody(handle, 0, 10, 0o4000) }).errno, EAGAIN);
  const poll = { opcode: fuseOpcode.poll, nodeId, body: join(longs(handle, 99), words(1, 1)) };
  assert.equal(kernel.ask(poll).view.getUint32(0, true), 0);
  kernel.feed.set(withoutContainer());
  assert.equal(kernel.ask(poll).view.getUint32(0, true) & 1, 1);
});

test('Who opens the events and never reads loses lines, is told how many, and costs bounded memory.', () => {
  const kernel = new ScriptedKernel(snapshotOf());
  const { nodeId } = kernel.walk('events.follow');
  const { handle } = kernel.open(nodeId);
  const [without, with_] = [withoutContainer(), snapshotOf()];
  for (let i = 0; i < 1000; i++) kernel.feed.set(i % 2 === 0 ? without : with_);
  let [bytes, text] = [0, ''];
  for (;;) {
    const answer = kernel.ask({ opcode: fuseOpcode.read, nodeId, body: readBody(handle, 0, 131072, 0o4000) });
    if (answer.errno === EAGAIN) break;
    bytes += answer.bytes.length;
  }
  assert.ok(bytes > 100_000 && bytes <= 300_000, `${bytes} bytes`);
  kernel.feed.set(without);
  text = Buffer.from(kernel.read(nodeId, handle).bytes).toString();
  assert.match(text, /^\S+ lost \d{4,}\n/);
});

test('The log of the events has the last of them, ends after them, and goes on where it ended.', () => {
  const kernel = new ScriptedKernel(snapshotOf());
  const { nodeId } = kernel.walk('events');
  const attributes = () => kernel.ask({ opcode: fuseOpcode.getattr, nodeId, body: longs(0, 0) });
  const size = () => Number(attributes().view.getBigUint64(16 + 8, true));
  assert.equal(Buffer.from(kernel.read(nodeId, kernel.open(nodeId).handle).bytes).toString(), '', 'nothing came yet');
  assert.equal(size(), 0);
  kernel.feed.set(withoutContainer());
  kernel.feed.set(snapshotOf());
  const { handle } = kernel.open(nodeId);
  const first = Buffer.from(kernel.read(nodeId, handle).bytes).toString();
  assert.match(first, new RegExp(`destroyed net:\\[${container.net}\\](.|\n)*created net:\\[${container.net}\\]`));
  assert.equal(size(), first.length);
  assert.equal(kernel.read(nodeId, handle).bytes.length, 0, 'a read at the end gives the end');
  assert.equal(kernel.ask({ opcode: fuseOpcode.read, nodeId, body: readBody(handle, 0, 10, 0o4000) }).errno, EAGAIN);
  kernel.feed.set(withoutContainer());
  assert.match(Buffer.from(kernel.read(nodeId, handle).bytes).toString(), /^\S+ destroyed /, 'what came since');
  assert.equal(kernel.read(nodeId, handle).bytes.length, 0);
});

test('The log of the events drops its first lines when it has grown, whole, and its size goes on counting.', () => {
  const kernel = new ScriptedKernel(snapshotOf());
  const { nodeId } = kernel.walk('events');
  for (let i = 0; i < 1000; i++) kernel.feed.set(i % 2 === 0 ? withoutContainer() : snapshotOf());
  const { handle } = kernel.open(nodeId);
  let text = '';
  for (;;) {
    const { bytes } = kernel.read(nodeId, handle);
    if (bytes.length === 0) break;
    text += Buffer.from(bytes).toString();
  }
  assert.ok(text.length > 200_000 && text.length <= 256 * 1024, `${text.length} bytes`);
  assert.match(text, /^\d{4}-\d\d-\d\dT\S+ (created|destroyed) /);
  const view = kernel.ask({ opcode: fuseOpcode.getattr, nodeId, body: longs(0, 0) }).view;
  assert.ok(Number(view.getBigUint64(16 + 8, true)) > text.length);
});

test('Only nscope itself makes and removes the directory that it announces, and it has the number that all see.', () => {
  const kernel = new ScriptedKernel(withoutContainer());
  const { nodeId } = kernel.walk('net');
  kernel.feed.set(snapshotOf());
  const created = kernel.announced.find(({ path }) => path[0] === 'net');
  assert.deepEqual(
    [created?.kind, created?.path, created?.parentId],
    ['created', ['net', String(container.net)], nodeId],
  );
  const name = String(container.net);
  const make = { opcode: fuseOpcode.mkdir, nodeId, body: join(words(0o777, 0), text(name)) };
  assert.equal(kernel.ask({ ...make, pid: ownThread }).errno, EROFS, 'not while nothing is expected');
  kernel.session.expect(created);
  assert.equal(kernel.lookup(nodeId, name, ownThread).errno, ENOENT);
  assert.equal(kernel.ask(make).errno, EROFS, 'nobody else');
  const made = kernel.ask({ ...make, pid: ownThread });
  assert.equal(made.errno, 0);
  assert.equal(Number(made.view.getBigUint64(0, true)), kernel.lookup(nodeId, name).nodeId);
  kernel.session.expect(undefined);

  kernel.announced.length = 0;
  kernel.feed.set(withoutContainer());
  const ended = kernel.announced.find(({ path }) => path[0] === 'net');
  assert.equal(ended?.kind, 'destroyed');
  kernel.session.expect(ended);
  assert.equal(kernel.lookup(nodeId, name).errno, ENOENT);
  assert.equal(kernel.lookup(nodeId, name, ownThread).errno, 0);
  const remove = { opcode: fuseOpcode.rmdir, nodeId, body: text(name) };
  assert.equal(kernel.ask(remove).errno, EROFS);
  assert.equal(kernel.ask({ ...remove, pid: ownThread }).errno, 0);
});

test('A directory that nobody has looked into is not announced.', () => {
  const kernel = new ScriptedKernel(withoutContainer());
  kernel.walk('uts');
  kernel.feed.set(snapshotOf());
  assert.deepEqual(
    kernel.announced.map(({ path }) => path[0]),
    ['uts'],
  );
});

test('A malformed request is logged and answered EIO, and the next one is served.', () => {
  const kernel = new ScriptedKernel(snapshotOf());
  assert.equal(kernel.ask({ opcode: fuseOpcode.read, unique: 501n, body: words(1) }).errno, EIO);
  assert.match(kernel.logged[0] ?? '', /malformed request from the kernel \(opcode 15\): 4 bytes behind the header/);
  kernel.session.handle(new Uint8Array(7));
  assert.equal(kernel.logged.length, 2);
  assert.equal(kernel.lookup(1, 'net').errno, 0);
});

test('A state that cannot be taken is logged and answered EIO, and the next one is served.', () => {
  const kernel = new ScriptedKernel(snapshotOf());
  kernel.feed.failure = new Error('too many open files');
  assert.equal(kernel.lookup(1, 'net').errno, EIO);
  assert.match(kernel.logged[0] ?? '', /too many open files/);
  kernel.feed.failure = undefined;
  assert.equal(kernel.lookup(1, 'net').errno, 0);
});

/** What the kernel may send next: a request with one byte of its body changed or not, or another state of the host. */
const moves = fc.array(
  fc.record({
    sample: fc.constantFrom(...Object.keys(samples)),
    node: fc.nat(5),
    name: fc.constantFrom('net', 'events', 'by-pid', String(container.net), 'tasks', 'nothing'),
    change: fc.option(fc.tuple(fc.nat(63), fc.nat(255)), { freq: 3 }),
    state: fc.option(fc.boolean(), { freq: 20 }),
  }),
  { maxLength: 200, size: 'max' },
);

test('Whatever comes, each request is answered at most once, and the session lives on.', () => {
  const silent = new Set<number>([fuseOpcode.forget, fuseOpcode.batchForget, fuseOpcode.interrupt, fuseOpcode.destroy]);
  let answered = 0;
  fc.assert(
    fc.property(moves, (list) => {
      const kernel = new ScriptedKernel(snapshotOf());
      const walked = ['net', `net/${container.net}/tasks`, 'events'].map((path) => kernel.walk(path).nodeId);
      const nodes = [1, 1, ...walked, 999];
      for (const [i, { sample, node, name, change, state }] of list.entries()) {
        const sent = samples[sample] ?? { opcode: 0 };
        const unique = 100_000n + BigInt(i);
        const body = sent.opcode === fuseOpcode.lookup ? { body: text(name) } : {};
        const bytes = message({ ...sent, unique, nodeId: nodes[node] ?? 1, ...body });
        if (change && bytes.length > 40) bytes[40 + (change[0] % (bytes.length - 40))] = change[1];
        kernel.session.handle(bytes);
        if (kernel.answers.has(unique)) answered++;
        else assert.ok(silent.has(sent.opcode) || sent.opcode === fuseOpcode.read, String(sent.opcode));
        if (state !== null) kernel.feed.set(state ? withoutContainer() : snapshotOf());
      }
      assert.equal(kernel.lookup(1, 'net').errno, 0);
    }),
    { numRuns: 60 },
  );
  assert.ok(answered > 1000, String(answered));
});
