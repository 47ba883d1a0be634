// Whose word signs are, on a recorded host: what one user says changes nothing of what root or another says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { findWorkloadsByName } from '../../../src/analysis/listing/workloads.ts';
import type { Workload } from '../../../src/model/snapshot/schema.ts';
import { bubblewrap } from '../../../src/workloads/engines/bubblewrap.ts';
import { trusted, type Witness } from '../../../src/workloads/signs/authority.ts';
import {
  idA,
  nobodyKnows,
  ownLinks,
  type RecordedProcess,
  recognizeIn,
  rootSays,
  withWorkloads,
} from '../recorded-host.ts';

const eve = 1000;

/** Root's processes are what they say; cgroups below /eve are hers. */
const witness: Witness = {
  ofProcess: ({ uid }) => (uid === 0 ? trusted : { trusted: false, uid }),
  ofCgroup: (path) => (path.startsWith('/eve') ? { trusted: false, uid: eve } : trusted),
  isOfUser: ({ uid }, user) => uid === user,
};

const shim = (pid: number, uid: number): RecordedProcess => ({
  pid,
  uid,
  comm: 'containerd-shim',
  words: ['containerd-shim', '-namespace', 'moby', '-id', idA],
});

function describe({ engine, pids, certainty, claimedBy, leader }: Workload) {
  return `${engine} ${certainty}${claimedBy === undefined ? '' : ` of ${claimedBy}`}: ${pids.join(' ')}, ${leader}`;
}

test('What a user calls as a container of root’s is another, and has neither its processes nor its leader.', () => {
  const found = recognizeIn(
    [
      shim(200, eve),
      { pid: 201, ppid: 200, uid: eve, words: ['sh'], pids: [201, 1] },
      shim(300, 0),
      { pid: 301, ppid: 300, words: ['nginx'], cgroup: `/docker/${idA}` },
      { pid: 302, uid: eve, words: ['sh'], cgroup: `/eve/docker/${idA}` },
    ],
    [],
    witness,
  );
  assert.deepEqual(found.map(describe), ['docker certain: 301, 301', 'docker likely of 1000: 201 302, 201']);
});

test('No process that is not a user’s is in a workload of his, by whatever way it came below it.', () => {
  const found = recognizeIn(
    [
      shim(200, eve),
      { pid: 201, ppid: 200, uid: eve, words: ['sh'], namespaces: ownLinks(1) },
      { pid: 202, ppid: 201, uid: 0, words: ['sudo'] },
      { pid: 203, uid: 0, words: ['helper'], namespaces: ownLinks(1) },
      { pid: 204, uid: 0, words: ['helper'], cgroup: `/eve/docker/${idA}` },
    ],
    [],
    witness,
  );
  assert.deepEqual(found.map(describe), ['docker likely of 1000: 201, 201']);
});

test('What is said inside of a container is inside of it, and takes neither its name nor its leader away.', () => {
  const cgroup = `/docker/${idA}`;
  const inside = { ...witness, ofProcess: () => ({ trusted: false }) };
  const found = recognizeIn(
    [
      { pid: 301, words: ['bash', 'mininet:x'], cgroup, namespaces: ownLinks(1) },
      { ...shim(302, 0), ppid: 301, cgroup },
      { pid: 303, ppid: 302, words: ['sh'], cgroup: `${cgroup}/lxc.payload.web` },
    ],
    [],
    inside,
  );
  assert.deepEqual(found.map(describe), [
    'docker certain: , 301',
    'lxc likely: 303, 303',
    'mininet likely: 301 302, 301',
  ]);
  assert.equal(found[1]?.outer?.engine, 'docker');
});

test('A process that is older than who has the PID of its parent is not in what that one runs.', () => {
  const processes = [shim(300, 0), { pid: 250, ppid: 300, uid: eve, words: ['sh'] }];
  assert.deepEqual(recognizeIn(processes, [], witness), []);
  assert.equal(recognizeIn([shim(300, 0), { pid: 350, ppid: 300, words: ['sh'] }], [], witness).length, 1);
});

test('A control group that root made is better than a monitor that cannot be looked at, and takes the name from it.', () => {
  const conmon = { pid: 200, comm: 'conmon', words: ['conmon', '-c', idA, '-n', 'web'] };
  const inside = { pid: 201, ppid: 200, words: ['nginx'], cgroup: `/libpod_parent/libpod-${idA}` };
  const seen = { ...nobodyKnows, ofCgroup: () => trusted };
  const [web] = recognizeIn([conmon, inside], [], seen);
  assert.deepEqual([web?.name, web?.certainty], ['web', 'certain']);
  const hers = { ...seen, ofProcess: () => ({ trusted: false, uid: eve }) };
  const [nameless] = recognizeIn([conmon, inside], [], hers);
  assert.deepEqual([nameless?.name, nameless?.certainty], [idA.slice(0, 12), 'certain']);
});

test('A name leads to what is certain, even if somebody calls a workload of his by the whole of it.', () => {
  const processes = [
    { pid: 301, words: ['init'], cgroup: '/lxc.payload.web' },
    { pid: 302, words: ['init'], cgroup: `/docker/${idA}` },
    { pid: 401, uid: eve, words: ['sh'], cgroup: '/eve/lxc.payload.web' },
    { pid: 402, uid: eve, words: ['sh'], cgroup: '/eve/lxc.payload.a1a1' },
    { pid: 403, uid: eve, words: ['sh'], cgroup: '/eve/lxc.payload.other' },
  ];
  const index = new SnapshotIndex(withWorkloads(processes, [], witness));
  const lead = (name: string) => findWorkloadsByName(name, undefined, index).map(({ pids }) => pids[0]);
  assert.deepEqual([lead('web'), lead('a1a1'), lead('other')], [[301], [302], [403]]);
});

test('What programs of root’s start as somebody else is not their word.', () => {
  const found = recognizeIn(
    [
      { pid: 200, words: ['/bin/login', '-p'] },
      { pid: 201, ppid: 200, uid: eve, words: ['/bin/login', '--type=renderer'], namespaces: ownLinks(1) },
      { pid: 300, words: ['/usr/bin/python3', 'supervisor'] },
      { pid: 301, ppid: 300, uid: eve, words: ['sh', 'mininet:fake'], namespaces: ownLinks(2) },
      { pid: 302, ppid: 300, words: ['sh', 'mininet:real'], namespaces: ownLinks(3) },
    ],
    [],
    witness,
  );
  assert.deepEqual(found.map(describe), [
    'chromium likely of 1000: 201, 201',
    'mininet likely of 1000: 301, 301',
    'mininet certain: 302, 302',
  ]);
});

test('A sandbox is called as the command line of who made it says, whole.', () => {
  const long = 'a-program-with-a-long-name';
  const name = (...words: string[]) => {
    const found = recognizeIn(
      [
        { pid: 200, comm: 'bwrap', words: ['bwrap', ...words] },
        { pid: 201, ppid: 200, comm: 'something-else', words: ['something-else'] },
      ],
      [],
      rootSays,
    );
    return found[0]?.name;
  };
  assert.equal(
    name('--unshare-all', '--ro-bind', '/', '/', '--setenv', 'A', 'b', `/usr/bin/${long}`, '--x', 'y'),
    long,
  );
  assert.equal(name('--args', '7', '--', long), long);
  assert.equal(name('--an-option-of-tomorrow', 'x', long), '200');
  assert.equal(bubblewrap.isProgram?.('bwrap', []), true);
});

test('A named network stays in the list though somebody in it says that he is in a container.', () => {
  const processes = [shim(200, eve), { pid: 201, ppid: 200, uid: eve, words: ['sh'], namespaces: ownLinks(1) }];
  const blue = { kind: 'ip-netns' as const, name: 'blue', path: '/run/netns/blue-of-a-test' };
  const found = recognizeIn(processes, [{ fact: 'name', type: 'net', inode: 4026533001, name: blue }], witness);
  assert.deepEqual(found.map(describe), ['docker likely of 1000: 201, 201', 'netns certain: , 201']);
});
