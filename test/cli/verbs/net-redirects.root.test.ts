// Rules that send packets elsewhere, on real namespaces: what nscope net says is what a client finds there.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Held, hold } from '../../held-process.ts';
import { type BedNetwork, NetworkBed } from '../../network-bed.ts';
import { missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';

const skip = missing({
  root: true,
  commands: ['ip', 'nsenter', 'nft', 'iptables-nft', 'iptables-legacy', 'ip6tables-nft', 'dnsmasq'],
});

/** A client, a router with the rules, as a qrouter of OpenStack, and a server: dnsmasq and a TCP server in it. */
let bed: NetworkBed;
let [client, router, server]: BedNetwork[] = [];
let directory: string;
const held: Held[] = [];

function inside(network: BedNetwork | undefined, command: string, ...words: readonly string[]): string {
  return execFileSync('nsenter', [`--net=/run/netns/${network?.name}`, command, ...words], { encoding: 'utf8' });
}

function connect(one: string, its: string, other: string, others: string): void {
  const peer = ['type', 'veth', 'peer', 'name', `to-${one.slice(0, 6)}`, 'netns', bed.nameOf(other)];
  bed.ip(one, 'link', 'add', `to-${other.slice(0, 6)}`, ...peer);
  for (const [place, link, address] of [
    [one, `to-${other.slice(0, 6)}`, its],
    [other, `to-${one.slice(0, 6)}`, others],
  ] as const) {
    bed.ip(place, 'addr', 'add', address, 'dev', link, ...(address.includes(':') ? ['nodad'] : []));
    bed.ip(place, 'link', 'set', link, 'up');
    bed.ip(place, 'link', 'set', 'lo', 'up');
  }
}

before(async () => {
  if (skip) return;
  bed = new NetworkBed('nscr');
  directory = mkdtempSync(join(tmpdir(), 'nscope-'));
  [client, router, server] = [bed.add('client'), bed.add('qrouter-7'), bed.add('qdhcp-7')];
  connect('client', '198.18.1.2/24', 'qrouter-7', '198.18.1.1/24');
  connect('qrouter-7', '198.18.2.1/24', 'qdhcp-7', '198.18.2.2/24');
  bed.ip('qdhcp-7', 'addr', 'add', 'fd18:2::2/64', 'dev', 'to-qroute', 'nodad');
  bed.ip('qrouter-7', 'addr', 'add', 'fd18:2::1/64', 'dev', 'to-qdhcp-', 'nodad');
  bed.ip('qrouter-7', 'addr', 'add', 'fd18:1::1/64', 'dev', 'to-client', 'nodad');
  bed.ip('client', 'addr', 'add', 'fd18:1::2/64', 'dev', 'to-qroute', 'nodad');
  for (const [end, four, six] of [
    ['client', '198.18.1.1', 'fd18:1::1'],
    ['qdhcp-7', '198.18.2.1', 'fd18:2::1'],
  ] as const) {
    bed.ip(end, 'route', 'add', 'default', 'via', four);
    bed.ip(end, '-6', 'route', 'add', 'default', 'via', six);
  }
  inside(router, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding');
  const script =
    'require("net").createServer((s)=>s.end("from "+process.pid)).listen(80,"::",()=>console.log("ready"))';
  held.push(await hold('nsenter', [`--net=/run/netns/${server?.name}`, process.execPath, '-e', script]));
  const dns = [
    '--no-daemon',
    '--no-hosts',
    '--no-resolv',
    '--address=/nscope.test/198.18.9.9',
    '--conf-file=/dev/null',
  ];
  const words = ['--port=53', '--bind-interfaces', '--interface=to-qroute', `--pid-file=${directory}/pid`, ...dns];
  const shell = `dnsmasq ${words.join(' ')} 2>&1`;
  held.push(await hold('nsenter', [`--net=/run/netns/${server?.name}`, 'sh', '-c', `exec ${shell}`]));
});

after(async () => {
  await Promise.all(held.map((one) => one.end()));
  bed?.end();
  if (directory !== undefined) rmSync(directory, { recursive: true });
});

interface Row {
  readonly netns: number;
  readonly redirected: string | null;
  readonly to: string;
  readonly leadsTo: readonly string[];
  readonly pids: readonly string[];
  readonly conditions: readonly string[];
}

/** The rules that nscope net lists. */
function ask(...words: readonly string[]): readonly Row[] {
  const { status, stdout, stderr } = runNscope(['net', '--json', ...words]);
  assert.equal(status, 0, stderr);
  return (JSON.parse(stdout) as { readonly rows: readonly Row[] }).rows.filter(({ redirected }) => redirected !== null);
}

/** What answers a client at the router: the process of the server says which it is. */
function callTcp(address: string, port: number): string {
  const script = `require("net").connect(${port},${JSON.stringify(address)}).on("data",(d)=>process.stdout.write(d))`;
  return inside(client, process.execPath, '-e', script);
}

function askDns(port: number): string {
  const script = `const r=new (require("dns").promises.Resolver)();r.setServers(["198.18.1.1:${port}"]);r.resolve4("nscope.test").then((a)=>process.stdout.write(a[0]))`;
  return inside(client, process.execPath, '-e', script);
}

const ways = {
  nft: {
    make: () => {
      const rules = join(directory, 'rules.nft');
      writeFileSync(
        rules,
        `table inet nscope {
          map published { type inet_proto . inet_service : ipv4_addr . inet_service
            elements = { tcp . 8080 : 198.18.2.2 . 80, udp . 5353 : 198.18.2.2 . 53 } }
          chain pre { type nat hook prerouting priority dstnat
            iifname "to-qdhcp-" return
            ip daddr 198.18.1.1 dnat ip addr . port to meta l4proto . th dport map @published
            ip6 daddr fd18:1::1 tcp dport 8080 dnat ip6 to [fd18:2::2]:80
          }
        }`,
      );
      inside(router, 'nft', '-f', rules);
    },
    remove: () => inside(router, 'nft', 'delete', 'table', 'inet', 'nscope'),
  },
  'iptables-nft': {
    make: () => makeByIptables('iptables-nft', 'ip6tables-nft'),
    remove: () => inside(router, 'nft', 'flush', 'ruleset'),
  },
  'iptables-legacy': {
    make: () => makeByIptables('iptables-legacy', 'ip6tables-legacy'),
    remove: () => {
      for (const command of ['iptables-legacy', 'ip6tables-legacy']) inside(router, command, '-t', 'nat', '-F');
    },
  },
} as const;

/** As docker does. */
function makeByIptables(four: string, six: string): void {
  const add = (command: string, ...words: readonly string[]) => inside(router, command, '-w', '-t', 'nat', ...words);
  add(four, '-N', 'PUBLISHED');
  add(four, '-A', 'PREROUTING', '-d', '198.18.1.1', '-m', 'addrtype', '--dst-type', 'LOCAL', '-j', 'PUBLISHED');
  add(four, '-A', 'PUBLISHED', '-i', 'to-qdhcp-', '-j', 'RETURN');
  const to = ['-j', 'DNAT', '--to-destination'];
  add(four, '-A', 'PUBLISHED', '-p', 'tcp', '-m', 'tcp', '--dport', '8080', ...to, '198.18.2.2:80');
  add(four, '-A', 'PUBLISHED', '-p', 'udp', '-m', 'udp', '--dport', '5353', ...to, '198.18.2.2:53');
  const from = ['-A', 'PREROUTING', '!', '-i', 'to-qdhcp-', '-d', 'fd18:1::1', '-p', 'tcp', '--dport', '8080'];
  add(six, ...from, ...to, '[fd18:2::2]:80');
}

for (const [name, way] of Object.entries(ways))
  test(`A port that is sent elsewhere leads to the process that a client reaches there: ${name}.`, { skip }, () => {
    way.make();
    try {
      const [tcp, dns] = held.map(({ pid }) => String(pid));
      assert.equal(callTcp('198.18.1.1', 8080), `from ${tcp}`);
      assert.equal(callTcp('fd18:1::1', 8080), `from ${tcp}`);
      assert.equal(askDns(5353), '198.18.9.9');
      const found = ask('--port', '8080').filter(({ netns }) => netns === router?.inode);
      const leadsTo = [`netns:${server?.name} (net:[${server?.inode}])`];
      const common = { leadsTo, pids: [tcp] };
      const describe = ({ redirected, to, leadsTo: ends, pids }: Row) => ({ redirected, to, leadsTo: ends, pids });
      assert.deepEqual(found.map(describe), [
        { redirected: 'tcp 198.18.1.1:8080', to: '198.18.2.2:80', ...common },
        { redirected: 'tcp [fd18:1::1]:8080', to: '[fd18:2::2]:80', ...common },
      ]);
      for (const { conditions } of found) {
        const isLink = (text: string) => text === 'not from link to-qdhcp-';
        // The rule of nft for IPv6 comes after a return of all families.
        assert.ok(conditions.some(isLink), conditions.join());
        assert.ok(
          conditions.every((text) => isLink(text) || text === 'to an own address'),
          conditions.join(),
        );
      }
      const [udp] = ask('--port', '5353/udp').filter(({ netns }) => netns === router?.inode);
      assert.deepEqual(udp && describe(udp), {
        ...{ redirected: 'udp 198.18.1.1:5353', to: '198.18.2.2:53', leadsTo, pids: [dns] },
      });
      assert.equal(ask(`net:${server?.name}`).length, 3);
    } finally {
      way.remove();
    }
    const after = runNscope(['net', `net:${server?.name}`, '--port', '8080']);
    assert.deepEqual([after.status, after.stdout], [1, '']);
  });

test('An address, and a snapshot that was taken with networks, lead to the same rules.', { skip }, () => {
  ways.nft.make();
  try {
    const named = ask('--address', '198.18.2.2').filter(({ netns }) => netns === router?.inode);
    assert.equal(named.length, 2);
    const { stdout } = runNscope(['snapshot', '--with', 'networks', '--compact']);
    const recorded = runNscope(['net', '--from', '-', '--json', `net:${server?.name}`, '--port', '8080'], stdout);
    const { rows } = JSON.parse(recorded.stdout) as { readonly rows: readonly Row[] };
    assert.equal(rows.length, 2);
    assert.deepEqual(rows, ask(`net:${server?.name}`, '--port', '8080'));
    // As one that was taken when rules were not read.
    const older = JSON.parse(stdout, (key, value: unknown) => (key === 'redirects' ? undefined : value)) as object;
    const doubtful = runNscope(['net', '--from', '-', '--port', '8080'], JSON.stringify(older));
    assert.deepEqual([doubtful.status, doubtful.stdout], [3, '']);
    assert.match(
      doubtful.stderr,
      /^nscope: the snapshot has no rules that send packets elsewhere: an older nscope took it$/m,
    );
  } finally {
    ways.nft.remove();
  }
});

test('Rules of a table that is switched off lead nowhere, as a client finds.', { skip }, () => {
  ways.nft.make();
  try {
    inside(router, 'nft', 'add', 'table', 'inet', 'nscope', '{ flags dormant; }');
    assert.deepEqual(runNscope(['net', `net:${router?.name}`, '--port', '8080']).status, 1);
    inside(router, 'nft', 'add', 'table', 'inet', 'nscope');
    assert.equal(ask(`net:${router?.name}`, '--port', '8080').length, 2);
  } finally {
    ways.nft.remove();
  }
});

test('Looking makes no table of ip_tables, and a condition that is not understood is named.', { skip }, () => {
  const names = () => inside(client, 'cat', '/proc/net/ip_tables_names', '/proc/net/ip6_tables_names');
  assert.equal(names(), '');
  assert.equal(runNscope(['net', `net:${client?.name}`]).status, 0);
  assert.equal(names(), '');
  const words = ['-p', 'tcp', '--dport', '81', '-m', 'mark', '--mark', '7', '-j', 'REDIRECT', '--to-ports', '82'];
  inside(client, 'iptables-nft', '-t', 'nat', '-A', 'OUTPUT', ...words);
  const [found, ...more] = ask(`net:${client?.name}`);
  assert.equal(more.length, 0);
  assert.deepEqual([found?.redirected, found?.to, found?.leadsTo], ['tcp any:81', 'own:82', ['itself']]);
  assert.match(found?.conditions.join('; ') ?? '', /^sent from there; other conditions: .*mark/);
  const { stdout } = runNscope(['net', `net:${client?.name}`]);
  assert.match(stdout, /^tcp any:81 +own:82 +itself .*other conditions: .*mark/m);
});

test('What a rule, a chain or a table before takes is not said to lead anywhere.', { skip }, () => {
  const rules = join(directory, 'order.nft');
  writeFileSync(
    rules,
    `table ip early {
      chain pre { type nat hook prerouting priority -110; policy accept
        tcp dport 2001 drop
        tcp dport 2002 accept
      }
    }
    table ip late {
      set nobody { type ipv4_addr; }
      set slow { type ipv4_addr; flags dynamic; limit rate 1/minute; elements = { 198.18.1.2 } }
      set counted { type ipv4_addr; counter; elements = { 198.18.1.2 } }
      chain pre { type nat hook prerouting priority -90
        tcp dport 2000 reject
        tcp dport { 2000, 2001 } dnat to 198.18.2.2:80
        tcp dport 2002 dnat to 198.18.2.2:81
        ip ttl 63 ip saddr 198.18.1.2 tcp dport 2003 dnat to 198.18.2.2:82
        ip saddr @nobody tcp dport 2005 dnat to 198.18.2.2:83
        ip saddr != @nobody tcp dport 2006 dnat to 198.18.2.2:84
        ip saddr @slow tcp dport 2007 dnat to 198.18.2.2:85
        ip saddr @counted tcp dport 2008 dnat to 198.18.2.2:86
        icmp type echo-request dnat to 198.18.2.2
      }
    }`,
  );
  inside(router, 'nft', '-f', rules);
  inside(router, 'ip6tables-legacy', '-t', 'nat', '-N', 'aside');
  const from = ['-t', 'nat', '-A', 'PREROUTING', '-p', 'tcp', '--dport', '2004'];
  inside(router, 'ip6tables-legacy', ...from, '-g', 'aside');
  inside(router, 'ip6tables-legacy', ...from, '-j', 'DNAT', '--to-destination', '[fd18:2::2]:80');
  try {
    const text = ({ redirected, to, conditions }: Row) => `${redirected} ${to} ${conditions.join('; ')}`;
    assert.deepEqual(ask(`net:${router?.name}`).map(text), [
      'tcp any:2000,2001 198.18.2.2:80 not to port 2000; other conditions: earlier rules',
      'tcp any:2002 198.18.2.2:81 ',
      'tcp any:2003 198.18.2.2:82 from 198.18.1.2; other conditions: network header 8',
      'tcp any:2006 198.18.2.2:84 ',
      'tcp any:2007 198.18.2.2:85 from 198.18.1.2; other conditions: limit of set slow',
      'tcp any:2008 198.18.2.2:86 from 198.18.1.2',
      'icmp any 198.18.2.2 other conditions: transport header 0',
    ]);
    inside(router, 'nft', 'add', 'chain', 'ip', 'early', 'pre', '{ policy drop; }');
    const [, second] = ask(`net:${router?.name}`);
    assert.deepEqual(second?.conditions, ['other conditions: earlier rules']);
  } finally {
    inside(router, 'nft', 'flush', 'ruleset');
    for (const what of ['-F', '-X']) inside(router, 'ip6tables-legacy', '-t', 'nat', what);
  }
});
