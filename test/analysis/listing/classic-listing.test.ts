// The classic listing of four kinds of hosts that its inventor showed: OpenStack, Docker, mininet, Chrome; and of the
// cases that his script could not handle.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listClassic } from '../../../src/analysis/listing/classic-listing.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { Fact } from '../../../src/model/facts/facts.ts';
import { namespaceLinks } from '../../../src/model/snapshot/namespace-types.ts';
import { formatClassicTable } from '../../../src/render/lines/classic-table.ts';
import { denied, deniedLinks, hostFact, hostInodes, linksOf, netnsName, processFact } from '../../recorded-facts.ts';

const init = processFact(1, ['/sbin/init']);
const kdevtmpfs = processFact(297, [], {
  comm: 'kdevtmpfs',
  ppid: 2,
  kernelThread: true,
  namespaces: linksOf({ mnt: 4026531856 }),
});

function list(facts: readonly Fact[]) {
  return listClassic(buildSnapshot([hostFact(), ...facts]));
}

function print(facts: readonly Fact[]): string[] {
  return [...formatClassicTable(list(facts).rows)];
}

const header = '       PID  Namespace             Thread/Command';

test('OpenStack: names of ip netns come first, and two stars mark the processes in them.', () => {
  const dnsmasq = [
    'dnsmasq',
    '--no-hosts',
    '--no-resolv',
    '--strict-order',
    '--bind-interfaces',
    '--interface=tap8d4b5e0c-9f',
  ];
  const proxy = ['/usr/bin/python', '/usr/bin/neutron-ns-metadata-proxy', '--pid_file=/var/lib/neutron/x.pid'];
  assert.deepEqual(
    print([
      init,
      kdevtmpfs,
      netnsName('qrouter-c33ffc14-dbc2-4730-b787-4747deadbeef', 4026533172),
      netnsName('qdhcp-02e848cb-72d0-49df-8592-2f7a03deadbe', 4026533050),
      processFact(41998, proxy, { namespaces: linksOf({ net: 4026533172, mnt: 4026533229 }) }),
      processFact(3429, dnsmasq, { namespaces: linksOf({ net: 4026533050, mnt: 4026533108 }) }),
    ]),
    [
      header,
      '        --  net:[4026533050]      created by ip netns add qdhcp-02e848cb-72d0-49df-8592-2f7a03',
      '        --  net:[4026533172]      created by ip netns add qrouter-c33ffc14-dbc2-4730-b787-4747',
      '       297  mnt:[4026531856]      kdevtmpfs',
      '      3429  net:[4026533050]**    dnsmasq --no-hosts --no-resolv --strict-order --bind-interfa',
      '      3429  mnt:[4026533108]      dnsmasq --no-hosts --no-resolv --strict-order --bind-interfa',
      '     41998  net:[4026533172]**    /usr/bin/python /usr/bin/neutron-ns-metadata-proxy --pid_fil',
      '     41998  mnt:[4026533229]      /usr/bin/python /usr/bin/neutron-ns-metadata-proxy --pid_fil',
    ],
  );
});

const inContainer = linksOf({ net: 4026532585, uts: 4026532581, ipc: 4026532582, pid: 4026532583, mnt: 4026532580 });
const container = [
  header,
  '      6189  net:[4026532585]      [docker] /bin/bash',
  '      6189  uts:[4026532581]      [docker] /bin/bash',
  '      6189  ipc:[4026532582]      [docker] /bin/bash',
  '      6189  pid:[4026532583]      [docker] /bin/bash',
  '      6189  mnt:[4026532580]      [docker] /bin/bash',
];

for (const [era, parent] of [
  ['of 2014: the daemon itself', ['/usr/bin/docker', '-d']],
  ['1.11 to 18.06: the shim by Docker’s own name', ['docker-containerd-shim', '-namespace', 'moby', '-workdir', '/v']],
  ['today: the shim of containerd', ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'moby', '-id', 'c0ffee']],
  ['a daemon in another directory', ['/opt/docker/bin/dockerd', '--debug']],
] as const)
  test(`Docker ${era}: its child is marked, in the order in which the kernel lists the links.`, () => {
    const shim = processFact(6100, parent);
    assert.deepEqual(print([init, shim, processFact(6189, ['/bin/bash'], { ppid: 6100, namespaces: inContainer })]), [
      ...container,
    ]);
  });

test('What containerd runs for others than Docker is not marked, and neither is a grandchild of the shim.', () => {
  const kubernetes = processFact(6100, ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'k8s.io', '-id', 'moby']);
  const shim = processFact(7100, ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'moby']);
  const { rows } = list([
    init,
    kubernetes,
    shim,
    processFact(6189, ['/pause'], { ppid: 6100, namespaces: inContainer }),
    processFact(7189, ['sh'], { ppid: 7100, namespaces: inContainer }),
    processFact(7190, ['sleep', '9'], { ppid: 7189, namespaces: inContainer }),
  ]);
  const marked = new Set(rows.filter(({ docker }) => docker).map(({ pid }) => pid));
  assert.deepEqual([...marked], [7189]);
  assert.deepEqual([...new Set(rows.map(({ pid }) => pid))], [6189, 7189, 7190]);
});

test('mininet: hosts are bashes with a network of their own, without a name.', () => {
  const host = (pid: number, name: string, net: number) =>
    processFact(pid, ['bash', '-ms', `mininet:${name}`], { namespaces: linksOf({ net }) });
  assert.deepEqual(print([init, host(1199, 'h2', 4026532201), host(1198, 'h1', 4026532150)]), [
    header,
    '      1198  net:[4026532150]      bash -ms mininet:h1',
    '      1199  net:[4026532201]      bash -ms mininet:h2',
  ]);
});

test('Chrome: a command line that the process wrote over is cut at 60 characters all the same.', () => {
  const namespaces = linksOf({ net: 4026532344, pid: 4026532337 });
  const renderer =
    '/opt/google/chrome/chrome --type=renderer --lang=en-US --force-fieldtrials=AsyncDns/SystemDnsA/ --channel=30734.1';
  assert.deepEqual(
    print([
      init,
      processFact(30747, ['/opt/google/chrome/chrome', '--type=zygote'], { namespaces }),
      processFact(30801, [renderer], { namespaces }),
    ]),
    [
      header,
      '     30747  net:[4026532344]      /opt/google/chrome/chrome --type=zygote',
      '     30747  pid:[4026532337]      /opt/google/chrome/chrome --type=zygote',
      '     30801  net:[4026532344]      /opt/google/chrome/chrome --type=renderer --lang=en-US --for',
      '     30801  pid:[4026532337]      /opt/google/chrome/chrome --type=renderer --lang=en-US --for',
    ],
  );
});

test('The namespace of the children is a row where it is another one, and none of its own where it is the same.', () => {
  const { rows } = list([
    init,
    processFact(50, ['unshare', '-p'], { namespaces: linksOf({ pid_for_children: 4026532900 }) }),
    processFact(51, ['sh'], { ppid: 50, namespaces: linksOf({ pid: 4026532900 }) }),
  ]);
  assert.deepEqual(
    rows.map(({ pid, type, inode }) => [pid, type, inode]),
    [
      [50, 'pid', 4026532900],
      [51, 'pid', 4026532900],
    ],
  );
});

test('PID 1 decides what is listed, even where its namespaces are not the initial ones.', () => {
  const inits = linksOf({ uts: 4026532700 });
  const { baseline, rows } = list([
    processFact(1, ['/sbin/init'], { namespaces: inits }),
    processFact(2, [], { comm: 'kthreadd', ppid: 0, kernelThread: true }),
    processFact(60, ['cron'], { namespaces: inits }),
  ]);
  assert.deepEqual(new Set(baseline.map(({ source }) => source)), new Set(['init']));
  assert.deepEqual(
    rows.map(({ pid, inode }) => [pid, inode]),
    [[2, hostInodes.uts]],
  );
});

test('Where the links of PID 1 are refused, the initial namespaces stand for them.', () => {
  const { baseline, rows } = list([
    processFact(1, ['/sbin/init'], { namespaces: deniedLinks }),
    processFact(70, ['sh']),
    processFact(71, ['sh'], { namespaces: linksOf({ net: 4026532800 }) }),
  ]);
  assert.equal(baseline.length, 8);
  assert.deepEqual(new Set(baseline.map(({ source }) => source)), new Set(['initial']));
  assert.deepEqual(
    rows.map(({ pid, inode }) => [pid, inode]),
    [[71, 4026532800]],
  );
});

test('Where no initial namespace is in sight either, those of nscope stand for them: in a container, without root.', () => {
  const namespaces = linksOf({ ...hostInodes, net: 4026532810, mnt: 4026532811 });
  const vantage = { ...hostFact().host.vantage, uid: 1000, capabilities: '0', namespaces };
  const snapshot = buildSnapshot([
    hostFact({ vantage }),
    processFact(1, ['/entrypoint'], { namespaces: deniedLinks }),
    processFact(80, ['server'], { namespaces }),
    processFact(81, ['sandbox'], { namespaces: linksOf({ ...namespaces, net: 4026532820 }) }),
  ]);
  const { baseline, rows } = listClassic(snapshot);
  assert.deepEqual(
    baseline.filter(({ source }) => source === 'vantage').map(({ type }) => type),
    ['net', 'mnt'],
  );
  assert.deepEqual(
    rows.map(({ pid, inode }) => [pid, inode]),
    [[81, 4026532820]],
  );
});

test('A process whose links are refused or gone has no row, and one whose command line is not known its name.', () => {
  const { rows } = list([
    init,
    processFact(90, ['secret'], { namespaces: deniedLinks }),
    processFact(91, [], {
      comm: 'ending',
      commandLine: { unknown: 'gone', errno: 'ESRCH' },
      namespaces: linksOf({ ...Object.fromEntries(namespaceLinks.map((link) => [link, denied])), net: 4026532830 }),
    }),
  ]);
  assert.deepEqual(
    rows.map(({ pid, command }) => [pid, command]),
    [[91, 'ending']],
  );
});

test('A thread that is elsewhere than its process is not listed by itself.', () => {
  const thread = processFact(95, ['go'], { tid: 96, namespaces: linksOf({ net: 4026532840 }) });
  const { rows, threads } = list([init, processFact(95, ['go']), thread]);
  assert.deepEqual(rows, []);
  assert.deepEqual(
    threads.map(({ thread: { pid, tid }, links }) => [pid, tid, links]),
    [[95, 96, [{ link: 'net', type: 'net', inode: 4026532840 }]]],
    'but it is told apart',
  );
});

test('Nothing in a command line can break the line or the terminal, and the cut goes through no character.', () => {
  const evil = processFact(97, ['\u001b]0;x\u0007a\nb', '😀'.repeat(60)], { namespaces: linksOf({ net: 4026532850 }) });
  // Ten characters stand before the fifty that are left.
  const line = print([init, evil])[1] ?? '';
  assert.equal(line, `        97  net:[4026532850]      \\e]0;x\\x07a b ${'😀'.repeat(50)}`);
});
