// What releases a holder, by rules that no test can bring about here: machines of systemd, engines that are not installed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { findHolders } from '../../../src/analysis/release/find-holders.ts';
import {
  type HoldingProcess,
  type ReleaseEvidence,
  releasePrograms,
} from '../../../src/model/evidence/release-evidence.ts';
import type { Fact } from '../../../src/model/facts/facts.ts';
import type { Known } from '../../../src/model/snapshot/known.ts';
import type { Snapshot, Workload } from '../../../src/model/snapshot/schema.ts';
import { container, indexOf } from '../../container-host.ts';
import { linksOf, processFact } from '../../recorded-facts.ts';

const init = 201;
const none = { handled: [], blocked: [], ignored: [] };

function alive(others: Partial<HoldingProcess> = {}): HoldingProcess {
  return {
    startTimeTicks: init,
    state: 'S',
    parent: 100,
    tracer: 0,
    pids: [init, 1],
    livingThreads: 1,
    signals: none,
    readSignals: [],
    frozen: false,
    ...others,
  };
}

function evidenceOf(process: Known<HoldingProcess>, others: Partial<ReleaseEvidence> = {}): ReleaseEvidence {
  return {
    processes: new Map([[init, process]]),
    rooms: new Map(),
    programs: new Set(releasePrograms),
    hasUtilLinux: true,
    nscope: ['nscope'],
    ...others,
  };
}

/** Of the init of the container, as a holder of the container's uts namespace. */
function plan(evidence: ReleaseEvidence, facts: readonly Fact[] = [], change = (snapshot: Snapshot) => snapshot) {
  const index = new SnapshotIndex(change(indexOf(facts).snapshot));
  const namespace = index.namespace('uts', container.uts) ?? assert.fail();
  const { release, releaseNote } =
    findHolders(index, namespace, evidence).find(({ pid }) => pid === init) ?? assert.fail();
  return { release, releaseNote: releaseNote ?? '' };
}

test('systemd that is an init is halted by the signal for that, since on SIGTERM it executes itself anew.', () => {
  const systemd = processFact(init, ['/sbin/init'], {
    comm: 'systemd',
    namespaces: linksOf({ uts: container.uts, pid: container.pid }),
    startTimeTicks: init,
  });
  const signals = { ...none, blocked: [15, 37] };
  const { release, releaseNote } = plan(evidenceOf(alive({ signals, readSignals: [15, 37] })), [systemd]);
  assert.equal(release, 'kill -37 201');
  assert.match(releaseNote, /where it stays: kill -KILL 201/);
  // Who only calls itself so does not read that signal.
  assert.equal(plan(evidenceOf(alive()), [systemd]).release, 'kill -KILL 201');
});

test('What has ended, is another process by now, or cannot be asked, gets no command.', () => {
  const cases: readonly [Known<HoldingProcess>, RegExp][] = [
    [{ unknown: 'gone', errno: 'ENOENT' }, /^it has ended meanwhile$/],
    [alive({ startTimeTicks: 77 }), /^it has ended meanwhile$/],
    [{ unknown: 'denied', errno: 'EACCES' }, /^process 201 must end; its signals are refused \(EACCES\)$/],
    [
      alive({ state: 'Z', livingThreads: 0 }),
      /^it has ended already, and goes when process 100 \(-bash\) waits for it or ends$/,
    ],
    [alive({ state: 'Z', livingThreads: 0, tracer: 202 }), /when process 202 \(worker\) waits/],
  ];
  for (const [process, note] of cases) {
    const { release, releaseNote } = plan(evidenceOf(process));
    assert.equal(release, null);
    assert.match(releaseNote, note);
  }
});

test('A leader that has exited before its threads is ended with them.', () => {
  assert.equal(plan(evidenceOf(alive({ state: 'Z', livingThreads: 1 }))).release, 'kill -KILL 201');
});

test('A process that its tracer has stopped is ended by SIGKILL, one in a system call ends later.', () => {
  const traced = plan(evidenceOf(alive({ state: 't', tracer: 100, pids: [init] })));
  assert.equal(traced.release, 'kill -KILL 201');
  assert.match(traced.releaseNote, /^process 100 traces it/);
  const waiting = plan(evidenceOf(alive({ state: 'D', pids: [init] })));
  assert.equal(waiting.release, 'kill 201');
  assert.match(waiting.releaseNote, /no signal interrupts/);
});

test('A frozen process gets SIGKILL where that reaches it, and no command where no signal does.', () => {
  const handled = { ...none, handled: [15] };
  const version1 = plan(evidenceOf(alive({ state: 'D', frozen: true, pids: [init], signals: handled })));
  assert.equal(version1.release, null);
  assert.match(version1.releaseNote, /is frozen, and no signal reaches it until that is thawed/);
  const version2 = plan(evidenceOf(alive({ frozen: true, pids: [init], signals: handled })));
  assert.equal(version2.release, 'kill -KILL 201');
  assert.match(version2.releaseNote, /is frozen: SIGKILL alone reaches it/);
  assert.equal(plan(evidenceOf(alive({ frozen: true, pids: [init] }))).release, 'kill 201');
});

const id = 'a1'.repeat(32);

function withWorkload(others: Partial<Workload>) {
  const workload: Workload = {
    engine: 'podman',
    kind: 'container',
    id,
    name: 'web',
    certainty: 'certain',
    leader: init,
    pids: [init, 202, 203],
    namespaces: [],
    evidence: [{ by: 'state', text: '/var/lib/containers/storage/overlay-containers/containers.json' }],
    ...others,
  };
  return (snapshot: Snapshot): Snapshot => ({
    ...snapshot,
    host: { ...snapshot.host, vantage: { ...snapshot.host.vantage, uid: 1000 } },
    workloads: [workload],
    namespaces: snapshot.namespaces.map((one) => (one.inode === container.user ? { ...one, ownerUid: 1000 } : one)),
  });
}

test('The first process of a container that its engine knows is stopped by the engine, with an id that no other has.', () => {
  const stop = (others: Partial<Workload>, evidence = evidenceOf(alive())) =>
    plan(evidence, [], withWorkload(others)).release;
  assert.equal(stop({}), `podman stop ${id.slice(0, 12)}`);
  const state = (text: string) => ({ evidence: [{ by: 'state', text }] as const });
  assert.equal(
    stop({ engine: 'docker', ...state('/var/lib/docker/containers/a1/config.v2.json') }),
    `docker stop ${id.slice(0, 12)}`,
  );
  assert.equal(stop({ engine: 'lxc', id: 'l 1', ...state('/srv/lxc/l 1/config') }), "lxc-stop -P /srv/lxc -n 'l 1'");
  assert.equal(stop({ engine: 'nspawn', id: 'm1', ...state('/run/systemd/machines/m1') }), 'machinectl terminate m1');

  const paused = evidenceOf(alive({ state: 'D', frozen: true }));
  assert.equal(stop({}, paused), `podman unpause ${id.slice(0, 12)} && podman stop ${id.slice(0, 12)}`);
  assert.equal(
    stop({ engine: 'lxc', id: 'l1', ...state('/srv/lxc/l1/config') }, paused),
    'lxc-unfreeze -P /srv/lxc -n l1 && lxc-stop -P /srv/lxc -n l1',
  );

  const signal = 'kill -KILL 201';
  assert.equal(stop({ certainty: 'likely' }), signal, 'a process may pretend it');
  assert.equal(stop({ leader: 202 }), signal, 'another process is the first');
  assert.equal(stop({ outer: { engine: 'docker', id } }), signal, 'its engine runs in a container itself');
  assert.equal(
    stop({ engine: 'docker', ...state('/srv/docker/containers/a1/config.v2.json') }),
    signal,
    'docker asks another daemon',
  );
  assert.equal(
    stop({ evidence: [{ by: 'socket', text: 'GET /containers/json' }] }),
    signal,
    'of which place is not known',
  );
  assert.equal(stop({ engine: 'bubblewrap', id: '201' }), signal, 'there is no such command');
  assert.equal(stop({}, evidenceOf(alive(), { programs: new Set() })), signal, 'podman is not here');
});

test('A container of another user is not stopped by an engine, which would ask the wrong one.', () => {
  const change = withWorkload({});
  const asRoot = (snapshot: Snapshot): Snapshot => {
    const { host, ...rest } = change(snapshot);
    return { ...rest, host: { ...host, vantage: { ...host.vantage, uid: 0 } } };
  };
  assert.equal(plan(evidenceOf(alive()), [], asRoot).release, 'kill -KILL 201');
});

test('Without evidence nothing is said of releases.', () => {
  const index = indexOf();
  const namespace = index.namespace('uts', container.uts) ?? assert.fail();
  const holders = findHolders(index, namespace);
  assert.ok(holders.length > 0);
  for (const holder of holders) assert.ok(!('release' in holder) && !('releaseNote' in holder));
});
