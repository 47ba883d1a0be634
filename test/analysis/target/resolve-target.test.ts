// Every notation of a target, and every way in which one can lead nowhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { type ReadPidfdInode, resolveTarget } from '../../../src/analysis/target/resolve-target.ts';
import {
  describeTarget,
  type IdentifyPath,
  TargetError,
  type TargetProblem,
} from '../../../src/analysis/target/target-error.ts';
import type { Fact } from '../../../src/model/facts/facts.ts';
import { unknownFromErrno } from '../../../src/model/snapshot/known.ts';
import type { Workload } from '../../../src/model/snapshot/schema.ts';
import { container, indexOf, snapshotOf } from '../../container-host.ts';
import { deniedLinks, hostInodes, netnsName, processFact } from '../../recorded-facts.ts';

function resolve(word: string, others: readonly Fact[] = [], identify?: IdentifyPath): string {
  const target = resolveTarget(word, indexOf(others), identify);
  if (target.kind === 'workload') return `workload ${target.workload.id}`;
  return target.kind === 'process'
    ? `process ${target.process.tid}`
    : `${target.namespace.type}:[${target.namespace.inode}]`;
}

function fail(
  word: string,
  problem: TargetProblem,
  others: readonly Fact[] = [],
  identify?: IdentifyPath,
): TargetError {
  try {
    resolve(word, others, identify);
  } catch (error) {
    assert.ok(error instanceof TargetError, String(error));
    assert.equal(error.problem, problem, error.message);
    return error;
  }
  assert.fail(`${word} was resolved`);
}

const net = `net:[${container.net}]`;

test('Each notation of the same network namespace leads to it.', () => {
  const notations = [
    net,
    `net:${container.net}`,
    String(container.net),
    'net:blue',
    'blue',
    'id:5005',
    ':5005',
    'net:201',
    '/run/netns/blue',
    '/var/run/netns/blue',
    '/proc/201/ns/net',
    '/proc/100/task/105/ns/net',
  ];
  for (const word of notations) assert.equal(resolve(word), net, word);
});

test('A PID is taken where its pidfd has the inode number that was written, and refused where that is another.', () => {
  const find = (word: string, read?: ReadPidfdInode) => resolveTarget(word, indexOf(), undefined, read);
  const read = () => '31337';
  assert.equal(describeTarget(find('201:31337', read)), describeTarget(find('201')));
  assert.equal(describeTarget(find('201:0031337', read)), describeTarget(find('201')));
  for (const [word, message, problem, reader] of [
    ['201:31336', /201 is another process by now: .* 31337$/, 'not-found', read],
    ['201:31337', /no process 201/, 'not-found', () => unknownFromErrno('ESRCH')],
    ['201:31337', /pidfd_open\(2\) failed \(ENOSYS\)/, 'refused', () => unknownFromErrno('ENOSYS')],
    ['201:31337', /a snapshot does not say the inode numbers of pidfds/, 'refused', undefined],
    ['0:31337', /a PID .* was expected before the colon/, 'malformed', read],
  ] as const)
    assert.throws(
      () => find(word, reader),
      (error) => error instanceof TargetError && error.problem === problem && message.test(error.message),
      word,
    );
});

test('The number of a network namespace leads to the one that has it, and says where it was looked up.', () => {
  const numbered = (inode: number, netnsid: number | null): Fact => ({
    fact: 'namespace',
    type: 'net',
    inode,
    netnsid,
  });
  assert.equal(resolve('nsid:7', [numbered(container.net, 7), numbered(hostInodes.net, null)]), net);
  const missing = fail('nsid:8', 'not-found', [numbered(container.net, 7), numbered(hostInodes.net, null)]);
  assert.match(
    missing.message,
    new RegExp(`^nsid:8: net:\\[${hostInodes.net}\\] has this number for no network namespace`),
  );
  assert.match(fail('nsid:7', 'not-found').message, /of \d+ the number is not known/);
  for (const word of ['nsid:', 'nsid:x', 'nsid:2147483648', ':', ':x']) fail(word, 'malformed');
  assert.equal(
    fail('nsid:7', 'ambiguous', [numbered(container.net, 7), numbered(hostInodes.net, 7)]).details.candidates?.length,
    2,
  );
});

test('A tilde that was copied from a listing changes nothing.', () => {
  for (const word of [net, String(container.net), 'net:201', 'net:blue'])
    assert.equal(resolve(`~${word}`), resolve(word), word);
  assert.match(fail('~docker:web', 'not-found').message, /the snapshot does not say which workloads/);
  assert.match(fail('~web', 'not-found').message, /"~web"/);
});

test('Small numbers are PIDs, self is nscope itself, and /proc/PID is the process.', () => {
  assert.equal(resolve('201'), 'process 201');
  assert.equal(resolve('self'), 'process 900');
  assert.equal(resolve('/proc/201'), 'process 201');
  assert.equal(resolve('/proc/self/'), 'process 900');
  assert.equal(resolve('uts:self'), resolve('uts:900'));
  assert.equal(resolve('105'), 'process 105');
});

test('A link for children leads to the namespace of its type, and a thread that is not listed is where its leader is.', () => {
  assert.equal(resolve('/proc/203/ns/pid_for_children'), `pid:[${container.nestedPid}]`);
  assert.equal(resolve('/proc/201/task/9999/ns/uts'), `uts:[${container.uts}]`);
});

test('A bare name leads to the one thing that has it: a namespace, a host, a workload or a process.', () => {
  assert.equal(resolve('webhost'), `uts:[${container.uts}]`);
  assert.equal(resolve('uts:webhost'), `uts:[${container.uts}]`);
  assert.equal(resolve('web'), 'process 201');
  assert.equal(resolve('prober'), 'process 105');
});

test('A bare name of several kinds of things is refused, and each candidate leads to its own.', () => {
  const { details } = fail('webhost', 'ambiguous', [netnsName('webhost', container.net)]);
  assert.deepEqual(details.candidates?.map(describeTarget), [
    `${net}  /run/netns/blue /run/netns/webhost`,
    `uts:[${container.uts}]  host name webhost`,
  ]);
  const web = fail('web', 'ambiguous', [netnsName('web', container.net)]);
  assert.deepEqual(web.details.candidates?.map(describeTarget), [`${net}  /run/netns/blue /run/netns/web`, '201  web']);
  for (const {
    details: { candidates = [] },
  } of [{ details }, web])
    for (const candidate of candidates)
      assert.match(resolve(describeTarget(candidate).split('  ')[0] ?? '', [netnsName('web', container.net)]), /\d/);
});

/** The snapshot with workloads of these names, which have the namespaces and processes of the container. */
function withWorkloads(others: readonly Fact[], ...workloads: readonly Partial<Workload>[]): SnapshotIndex {
  return new SnapshotIndex({
    ...snapshotOf(others),
    workloads: workloads.map((workload, i) => ({
      engine: 'docker',
      name: 'web',
      id: `${i}`.repeat(64),
      kind: 'container',
      certainty: 'certain',
      evidence: [],
      leader: 201,
      pids: [201, 202, 203],
      namespaces: [
        { type: 'net', inode: container.net },
        { type: 'uts', inode: container.uts },
      ],
      ...workload,
    })) as unknown as readonly Workload[],
  });
}

test('A workload stands for its host name and its processes, and for nothing that is outside of it.', () => {
  const named = withWorkloads([], { name: 'webhost' });
  assert.equal(resolveTarget('webhost', named).kind, 'workload');
  assert.equal(resolveTarget('web', withWorkloads([], {})).kind, 'workload');
  const outside = withWorkloads([processFact(300, ['/tmp/web'])], {});
  assert.throws(
    () => resolveTarget('web', outside),
    (error) =>
      error instanceof TargetError &&
      error.details.candidates?.map(describeTarget).join() === `docker:000000000000  web, PID 201,300  web`,
  );
});

test('A workload never takes the place of a namespace by chance, but a named network is its namespace.', () => {
  const blue = { name: 'blue', leader: null, pids: [] };
  assert.throws(() => resolveTarget('blue', withWorkloads([], blue)), { problem: 'ambiguous' });
  // A process of ip netns exec has a mount namespace of its own as well.
  const network = { ...blue, engine: 'netns' as const, kind: 'network' as const };
  const found = resolveTarget('blue', withWorkloads([], network));
  assert.equal(found.kind === 'namespace' && found.namespace.inode, container.net);
});

test('A name that is a number is the name, where a namespace of that type has it.', () => {
  assert.equal(resolve('net:812'), `net:[${hostInodes.net}]`);
  assert.equal(fail('812', 'not-found').message, 'there is no process 812 here');
});

test('A name that holds a colon is found.', () => {
  assert.equal(resolve('a:b', [netnsName('a:b', container.net)]), net);
});

test('A name of several namespaces is ambiguous, and the candidates are named by what leads to each.', () => {
  const others: Fact[] = [
    {
      fact: 'name',
      type: 'uts',
      inode: container.uts,
      name: { kind: 'bind-mount', name: 'blue', path: '/mnt/blue' },
    },
  ];
  const { details } = fail('blue', 'ambiguous', others);
  assert.deepEqual(details.candidates?.map(describeTarget), [
    `${net}  /run/netns/blue`,
    `uts:[${container.uts}]  /mnt/blue`,
  ]);
  assert.equal(resolve('net:blue', others), net);
});

test('A name of several processes is ambiguous, and the candidates are their PIDs.', () => {
  const { details } = fail('worker', 'ambiguous');
  assert.deepEqual(details.candidates?.map(describeTarget), ['202  worker', '203  worker']);
});

test('What is in the right notation and not there is not found.', () => {
  const words = [
    'net:[4026539999]',
    '4026539999',
    'uts:[4026532305]',
    'id:99',
    '77777',
    'net:green',
    'green',
    'user:blue',
  ];
  for (const word of [...words, '/run/netns/green', '/proc/77777/ns/net', 'net:77777']) fail(word, 'not-found');
});

test('A snapshot without workloads says so when one is asked for.', () => {
  assert.match(fail('docker:web', 'not-found').message, /the snapshot does not say which workloads there were/);
});

test('What is in no notation is malformed, and says what was expected.', () => {
  const cases: [string, RegExp][] = [
    ['', /empty/],
    [' ', /empty/],
    ['0', /neither a PID/],
    ['5000000', /neither a PID/],
    ['99999999999', /id:99999999999/],
    ['net:[abc]', /inode number was expected/],
    ['net:[12', /inode number was expected/],
    ['net:', /name or \[inode\] was expected/],
    ['id:x', /64-bit id was expected/],
    ['~#1', /^"~#1": no number leads to a namespace whose links are refused.*column PID of nscope ls/],
    ['net:~#1', /no number leads to a namespace whose links are refused.*column PID of nscope ls/],
    ['net:#1', /counts in one listing alone/],
    ['net:~1', /name a process in it instead/],
    ['net:[~1]', /no number leads to/],
    ['docker:', /name of a workload was expected/],
    ['nett:[4026532305]', /no namespace type or engine "nett"/],
    ['nett:blue', /no namespace type or engine "nett"/],
    ['/proc/201/ns/nett', /there is no link "nett"/],
  ];
  for (const [word, message] of cases) assert.match(fail(word, 'malformed').message, message, word);
  assert.ok(fail('nett:blue', 'malformed').details.knownWords?.includes('net'));
});

test('A link that the host refused is refused, with the errno.', () => {
  const others = [processFact(300, ['secret'], { namespaces: deniedLinks })];
  assert.match(fail('/proc/300/ns/net', 'refused', others).message, /EACCES/);
  assert.match(fail('net:300', 'refused', others).message, /EACCES/);
});

test('On a live host a path is asked of the host: device and inode number decide.', () => {
  const identify = (path: string) => {
    if (path === '/tmp/anything') return { inode: container.net, dev: 4 };
    if (path === './here') return { inode: container.uts, dev: 4 };
    if (path === '/etc/passwd') return { inode: container.net, dev: 2049 };
    if (path === '/new') return { inode: 4026539999, dev: 4 };
    return unknownFromErrno(path === '/root/secret' ? 'EACCES' : 'ENOENT');
  };
  assert.equal(resolve('/tmp/anything', [], identify), net);
  assert.equal(resolve('./here', [], identify), `uts:[${container.uts}]`);
  assert.match(fail('/etc/passwd', 'malformed', [], identify).message, /does not lead to a namespace/);
  assert.match(fail('/new', 'not-found', [], identify).message, /4026539999/);
  assert.match(fail('/root/secret', 'refused', [], identify).message, /EACCES/);
  assert.match(fail('/nowhere', 'not-found', [], identify).message, /ENOENT/);
});
