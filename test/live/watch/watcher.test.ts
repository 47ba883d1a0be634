// In what order a watcher tells what, on a host that happens by script.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskReport } from '../../../src/live/events/source.ts';
import { type Listener, Watcher } from '../../../src/live/watch/watcher.ts';
import { LiveState } from '../../../src/model/live/live-state.ts';
import type { Snapshot } from '../../../src/model/snapshot/schema.ts';
import { container, snapshotOf } from '../../container-host.ts';
import { hostInodes, linksOf, netnsName, processFact } from '../../recorded-facts.ts';
import { makeTask, ScriptedHost } from '../scripted-host.ts';

type Told = Parameters<Listener>[0];

/** A watcher of a scripted host, with all that it told. */
function watchScript(first: Snapshot = snapshotOf()) {
  const host = new ScriptedHost(first);
  const watcher = new Watcher({ bpf: false }, {}, host);
  const told: Told[] = [];
  watcher.listen((event) => told.push(event));
  return { host, watcher, told };
}

/** Short words for events, with what they are about. */
function words(events: readonly Told[]): string[] {
  return events.map((event) => {
    if ('namespace' in event) return `${event.event} ${event.namespace.type}:[${event.namespace.inode}]`;
    if ('process' in event && event.process) return `${event.event} ${event.process.pid}`;
    if (event.event === 'lost') return `lost ${event.count}`;
    return event.event === 'resync' ? `resync ${event.changes}` : event.event;
  });
}

/** As a snapshot has a process that an event told of. */
function factOf({ pid, comm, ppid, startTimeTicks }: TaskReport, net?: number) {
  return processFact(pid, [comm], {
    ppid,
    comm,
    startTimeTicks,
    namespaces: linksOf(net === undefined ? {} : { net }),
  });
}

/** What a reader has who began with the first snapshot and took all events. */
function follow(first: Snapshot, told: readonly Told[]): LiveState {
  const state = new LiveState(first);
  for (const [i, event] of told.entries()) state.apply({ ...event, seq: i + 1 });
  return state;
}

const net = 4026532999;
const aSecond = 1100;

test('A process in a new namespace is told in order: who began, the namespace, who entered it; and the end in turn.', () => {
  const { host, watcher, told } = watchScript();
  const task = makeTask(1, { net });
  host.tells((source, at) => source.fork(task, at));
  assert.deepEqual(words(told), [`created net:[${net}]`, `fork ${task.pid}`, `entered net:[${net}]`]);
  const [created] = told;
  assert.ok(created?.event === 'created' && created.process?.pid === task.pid);
  assert.equal(created.how, 'clone');
  host.tells((source, at) => source.exit(task.tid, at));
  assert.deepEqual(words(told.slice(3)), [`left net:[${net}]`, `exit ${task.pid}`]);
  watcher.stop();
});

test('Of a task that was read some time after its event it is not said by which call it came where it is.', () => {
  const { host, watcher, told } = watchScript();
  host.tells((source, at) => {
    source.fork({ ...makeTask(1, { net }), isReadLate: true }, at);
    source.fork(makeTask(2), at);
    source.moved({ ...makeTask(2, { uts: net + 1 }), isReadLate: true }, 'unshare', at);
  });
  const ways = told.flatMap((event) => ('how' in event ? [`${event.event} ${event.how}`] : []));
  assert.deepEqual([...new Set(ways)].sort(), ['created seen', 'entered seen', 'left seen']);
  watcher.stop();
});

test('A namespace is told to come once, whoever tells of it, and not of the host’s own.', () => {
  const { host, watcher, told } = watchScript();
  host.tells((source, at) => {
    source.fork(makeTask(1, { net }), at);
    source.fork(makeTask(2, { net }), at);
    source.fork(makeTask(3), at);
    source.moved(makeTask(3, { net }), 'setns', at);
  });
  assert.equal(words(told).filter((word) => word.startsWith('created')).length, 1);
  assert.equal(words(told).filter((word) => word === `entered net:[${net}]`).length, 3);
  const last = [`entered net:[${net}]`, `left net:[${hostInodes.net}]`, `moved ${makeTask(3).pid}`];
  assert.deepEqual(words(told).slice(-3), last);
  watcher.stop();
});

test('A number that is given out again is an end and a beginning, and an end of another id is none.', () => {
  const { host, watcher, told } = watchScript();
  const by = makeTask(7);
  host.tells((source, at) => {
    source.created({ type: 'net', inode: net, id: '9001' }, by, at);
    source.created({ type: 'net', inode: net, id: '9001' }, by, at);
    source.destroyed({ type: 'net', inode: net, id: '9000' }, at);
    source.created({ type: 'net', inode: net, id: '9002' }, by, at);
    source.destroyed({ type: 'net', inode: net, id: '9002' }, at);
    source.destroyed({ type: 'net', inode: net, id: '9002' }, at);
  });
  const ids = told.map((event) => `${event.event} ${'namespace' in event ? event.namespace.id : ''}`);
  assert.deepEqual(ids, ['created 9001', 'destroyed 9001', 'created 9002', 'destroyed 9002']);
  watcher.stop();
});

test('What one call does is told as it happened: what was made, owners first, what was entered, what was left.', () => {
  const { host, watcher, told } = watchScript(snapshotOf([factOf(makeTask(1))]));
  const user = 4026532998;
  const { net: ownNet, user: ownUser } = hostInodes;
  host.tells((source, at) => source.moved(makeTask(1, { net, user }), 'unshare', at));
  assert.deepEqual(words(told), [
    `created user:[${user}]`,
    `created net:[${net}]`,
    `entered user:[${user}]`,
    `entered net:[${net}]`,
    `left user:[${ownUser}]`,
    `left net:[${ownNet}]`,
    `moved ${makeTask(1).pid}`,
  ]);
  watcher.stop();
});

test('A namespace that ends has lost its names before, each once, whoever tells of its end.', async () => {
  const blue = { fact: 'namespace', type: 'net', inode: net, id: '9001' } as const;
  const first = snapshotOf([blue, netnsName('red', net)]);
  const end = [`unnamed net:[${net}]`, `destroyed net:[${net}]`];
  const { host, watcher, told } = watchScript(first);
  host.tells((source, at) => source.destroyed({ type: 'net', inode: net, id: '9001' }, at));
  assert.deepEqual(words(told), end);
  watcher.stop();
  // Comparison finds the end, or another namespace of the same number.
  for (const [later, rest] of [
    [snapshotOf(), []],
    [snapshotOf([{ ...blue, id: '9002' }]), [`created net:[${net}]`]],
  ] as const) {
    const script = watchScript(first);
    await script.host.clock.pass(aSecond);
    await script.host.answers(later);
    assert.deepEqual(words(script.told), [...end, ...rest]);
    script.watcher.stop();
  }
});

test('What no event told is told when a snapshot has it: in order, and once.', async () => {
  const { host, watcher, told } = watchScript();
  const task = makeTask(1);
  await host.clock.pass(aSecond);
  assert.equal(host.asked, 1);
  const withIt = snapshotOf([factOf(task, net)]);
  await host.answers(withIt);
  assert.deepEqual(words(told), [`created net:[${net}]`, `fork ${task.pid}`, `entered net:[${net}]`]);
  assert.ok(told[0]?.event === 'created' && told[0].how === 'seen');
  await host.clock.pass(aSecond);
  await host.answers(withIt);
  assert.equal(told.length, 3, 'the same snapshot tells nothing new');
  await host.clock.pass(aSecond);
  await host.answers(snapshotOf());
  assert.deepEqual(words(told.slice(3)), [`left net:[${net}]`, `exit ${task.pid}`, `destroyed net:[${net}]`]);
  watcher.stop();
});

test('An event that came while a snapshot was taken is not undone by it, whatever the snapshot says.', async () => {
  const { host, watcher, told } = watchScript(snapshotOf([factOf(makeTask(1))]));
  await host.clock.pass(aSecond);
  assert.equal(host.asked, 1);
  // The snapshot was begun before these: it has the one still, and the other not yet.
  host.tells((source, at) => source.exit(makeTask(1).tid, at));
  host.tells((source, at) => source.fork(makeTask(2, { net }), at));
  const before = told.length;
  await host.answers(snapshotOf([factOf(makeTask(1))]));
  assert.deepEqual(words(told.slice(before)), []);
  assert.ok(watcher.state.tasks.has(makeTask(2).tid) && !watcher.state.tasks.has(makeTask(1).tid));
  // The next one was begun after them: what it says counts.
  await host.clock.pass(aSecond);
  await host.answers(snapshotOf());
  assert.deepEqual(words(told.slice(before)), [
    `left net:[${net}]`,
    `exit ${makeTask(2).pid}`,
    `destroyed net:[${net}]`,
  ]);
  watcher.stop();
});

test('What waits in the source is older than what a snapshot finds, and is told before it.', async () => {
  const { host, watcher, told } = watchScript();
  await host.clock.pass(aSecond);
  const [early, late] = [makeTask(1, { net }), makeTask(2)];
  // It has happened, and the source has not woken yet.
  host.happens((source, at) => source.fork(early, at));
  await host.answers(snapshotOf([factOf(early, net), factOf(late)]));
  assert.deepEqual(words(told), [
    `created net:[${net}]`,
    `fork ${early.pid}`,
    `entered net:[${net}]`,
    `fork ${late.pid}`,
  ]);
  const [created] = told;
  assert.ok(created?.event === 'created' && created.how === 'clone', 'the event told of it, not the snapshot');
  watcher.stop();
});

test('A loss is followed at once by a snapshot, and told before what that finds.', async () => {
  const { host, watcher, told } = watchScript();
  host.loses(3);
  host.loses(4);
  await host.clock.pass(20);
  assert.equal(host.asked, 1, 'nobody waits a second for it');
  const task = makeTask(1);
  await host.answers(snapshotOf([factOf(task)]));
  assert.deepEqual(words(told), ['lost 7', 'resync 1', `fork ${task.pid}`]);
  await host.clock.pass(aSecond);
  await host.answers(snapshotOf([factOf(task)]));
  assert.equal(told.length, 3, 'it is told once');
  watcher.stop();
});

test('A loss while a snapshot is taken is made good for by the next one, which follows at once.', async () => {
  const { host, watcher, told } = watchScript();
  await host.clock.pass(aSecond);
  host.loses(null);
  await host.answers(snapshotOf());
  assert.deepEqual(words(told), [], 'what was lost may be in this snapshot or not');
  await host.clock.pass(20);
  assert.equal(host.asked, 1);
  await host.answers(snapshotOf());
  assert.deepEqual(words(told), ['lost null', 'resync 0']);
  watcher.stop();
});

test('However events and snapshots mingle, and whatever is lost, a reader of the events has the last snapshot.', async () => {
  const first = snapshotOf([factOf(makeTask(1))]);
  const { host, watcher, told } = watchScript(first);
  host.tells((source, at) => source.fork(makeTask(2, { net }), at));
  host.loses(5);
  await host.clock.pass(20);
  host.tells((source, at) => source.moved(makeTask(2), 'setns', at));
  await host.answers(snapshotOf([factOf(makeTask(2), net)]));
  await host.clock.pass(aSecond);
  const last = snapshotOf([factOf(makeTask(2)), factOf(makeTask(3), container.net)]);
  await host.answers(last);
  const strip = (lines: readonly string[]) => lines.map((line) => line.replace(/ (?:\d+|null)$/, '')).sort();
  assert.deepEqual(strip(follow(first, told).describe()), strip(new LiveState(last).describe()));
  assert.deepEqual(follow(first, told).describe().sort(), watcher.state.describe().sort());
  watcher.stop();
});

test('A snapshot that cannot be taken is a word to whoever asked for it, and is tried again.', async () => {
  const { host, watcher, told } = watchScript();
  const failures: unknown[] = [];
  watcher.onFailure((error) => failures.push(error));
  await host.clock.pass(aSecond);
  await host.fails(new Error('too many open files'));
  assert.match(String(failures), /too many open files/);
  await host.clock.pass(aSecond);
  assert.equal(host.asked, 1, 'it is tried again');
  await host.answers(snapshotOf([factOf(makeTask(1))]));
  assert.deepEqual(words(told), [`fork ${makeTask(1).pid}`]);
  watcher.stop();
});

test('Changed mounts are followed by a snapshot soon.', async () => {
  const { host, watcher } = watchScript();
  host.changesMounts();
  await host.clock.pass(60);
  assert.equal(host.asked, 1);
  watcher.stop();
});

test('After the end nothing is told, taken or left open, also by a snapshot that was being taken.', async () => {
  const { host, watcher, told } = watchScript();
  await host.clock.pass(aSecond);
  assert.ok(host.isSourceOpen && host.areMountsWatched);
  watcher.stop();
  await host.answers(snapshotOf([factOf(makeTask(1))]));
  await host.clock.pass(100_000);
  assert.deepEqual([told.length, host.asked, host.clock.waiting], [0, 0, 0]);
  assert.deepEqual([host.isSourceOpen, host.areMountsWatched], [false, false]);
});

test('A source that is open is closed where the first snapshot cannot be taken.', () => {
  const host = new ScriptedHost(snapshotOf());
  const failing = {
    ...host,
    collectSnapshot: () => {
      throw new Error('no /proc');
    },
  };
  assert.throws(() => new Watcher({ bpf: false }, {}, failing), /no \/proc/);
  assert.equal(host.isSourceOpen, false);
});

test('The first snapshot can be taken once.', () => {
  const first = snapshotOf();
  const { watcher } = watchScript(first);
  assert.equal(watcher.takeFirst(), first);
  assert.throws(() => watcher.takeFirst(), /has been taken/);
  watcher.stop();
});
