// nscope net on real links, sockets and namespaces.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { escapeText } from '../../../src/render/words/escape.ts';
import { type Held, hold } from '../../held-process.ts';
import { type BedNetwork, NetworkBed } from '../../network-bed.ts';
import { missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';

const skip = missing({ root: true, commands: ['ip', 'nsenter', 'ss'] });
/** A port and an address that others on this host hardly use. */
const port = 18_053;
let bed: NetworkBed;
let server: BedNetwork;
let router: BedNetwork;
let held: Held;

before(async () => {
  if (skip) return;
  bed = new NetworkBed('nscv');
  [server, router] = [bed.add('srv'), bed.add('qrouter-1234')];
  bed.ip(
    'srv',
    'link',
    'add',
    'eth0',
    'address',
    '02:00:5e:77:00:01',
    'type',
    'veth',
    'peer',
    'name',
    'qr-12',
    'netns',
    router.name,
  );
  bed.ip('srv', 'addr', 'add', '198.18.77.7/24', 'dev', 'eth0');
  bed.ip('srv', 'addr', 'add', 'fd77:77::7/64', 'dev', 'eth0', 'nodad');
  bed.ip('srv', 'link', 'set', 'eth0', 'up');
  bed.ip('qrouter-1234', 'link', 'add', 'br-ex', 'type', 'bridge');
  bed.ip('qrouter-1234', 'link', 'set', 'qr-12', 'master', 'br-ex', 'up');
  const script = `const net=require("net");net.createServer().listen(${port},"198.18.77.7",()=>console.log("ready"))`;
  held = await hold('nsenter', [`--net=/run/netns/${server.name}`, process.execPath, '-e', script]);
});

after(async () => {
  await held?.end();
  bed?.end();
});

interface Rows {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly networks: readonly { readonly inode: number; readonly whose: string }[];
}

function ask(...words: string[]): Rows {
  const { status, stdout, stderr } = runNscope(['net', '--json', ...words]);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Rows;
}

test('A port leads to the process, its network namespace and whose that is, as ss finds it there.', { skip }, () => {
  const told = execFileSync('nsenter', [`--net=/run/netns/${server.name}`, 'ss', '-Hltnp', `sport = :${port}`], {
    encoding: 'utf8',
  });
  assert.match(told, new RegExp(`pid=${held.pid},`));
  const { rows, networks } = ask('--port', String(port));
  assert.deepEqual(
    rows.map(({ netns, protocol, address, port, pids }) => ({ netns, protocol, address, port, pids })),
    [{ netns: server.inode, protocol: 'tcp', address: '198.18.77.7', port, pids: [String(held.pid)] }],
  );
  assert.deepEqual(
    networks.map(({ inode }) => inode),
    [server.inode],
  );
  assert.equal(rows[0]?.['whose'], `netns:${server.name}`);
  assert.deepEqual(ask('--port', `${port}/tcp`).rows, rows);
  const none = runNscope(['net', '--port', `${port}/udp`]);
  assert.deepEqual([none.status, none.stdout], [1, '']);
  assert.match(none.stderr, /nothing of that in \d+ network namespaces/);
});

test('A name, a MAC and an address lead to the same link, and it says where its other end is.', { skip }, () => {
  const searches = [
    ['--mac', '02-00-5E-77-00-01'],
    ['--address', '198.18.77.7'],
    ['--address', '198.18.77.0/28'],
    ['--address', 'fd77:77:0::7'],
    [`net:${server.name}`, '--link', 'eth0'],
  ];
  for (const words of searches) {
    const { rows } = ask(...words);
    assert.deepEqual(
      rows.map(({ netns, link }) => ({ netns, link })),
      [{ netns: server.inode, link: 'eth0' }],
      words.join(' '),
    );
    assert.match(
      String(rows[0]?.['wires']),
      new RegExp(`^peer qr-12 in .*${router.name} \\(net:\\[${router.inode}\\]\\)$`),
    );
  }
});

test('A page has the links, the sockets, the routes and the counts of one namespace.', { skip }, () => {
  const { status, stdout, stderr } = runNscope(['net', String(held.pid)]);
  assert.equal(status, 0, stderr);
  const [title] = stdout.split('\n');
  assert.equal(title, `net:[${server.inode}], netns:${server.name}, leader ${held.pid}, 1 process`);
  assert.match(stdout, /^eth0 +veth +up +198\.18\.77\.7\/24 fd77:77::7\/64.* peer qr-12 in /m);
  assert.match(stdout, new RegExp(`^tcp +198\\.18\\.77\\.7 +${port} +${held.pid} `, 'm'));
  assert.match(stdout, /^route 198\.18\.77\.0\/24 dev eth0$/m);
  assert.match(stdout, /^neighbours: \d+; sockets: 1 tcp, 0 udp, 0 raw; tracked connections: /m);
});

test('All namespaces are listed without lo, by filters and columns as elsewhere.', { skip }, () => {
  const { rows } = ask('--all', '--filter', `netns == ${router.inode}`);
  assert.deepEqual(
    rows.map(({ link }) => link),
    ['qr-12', 'br-ex'],
  );
  const { stdout } = runNscope([
    'net',
    '--all',
    '-n',
    '-o',
    'link,kind',
    '--filter',
    `netns == ${router.inode}`,
    '--sort',
    'link',
  ]);
  assert.equal(stdout, 'br-ex  bridge\nqr-12  veth\n');
});

test('A snapshot that was taken with networks answers the same, and one without says what is missing.', {
  skip,
}, () => {
  const { stdout } = runNscope(['snapshot', '--with', 'networks', '--compact']);
  const recorded = runNscope(['net', '--from', '-', '--json', '--mac', '02:00:5e:77:00:01'], stdout);
  assert.equal(recorded.status, 0, recorded.stderr);
  assert.deepEqual((JSON.parse(recorded.stdout) as Rows).rows, ask('--mac', '02:00:5e:77:00:01').rows);
  const without = runNscope(['net', '--from', '-'], runNscope(['snapshot', '--compact']).stdout);
  assert.deepEqual([without.status, without.stdout], [2, '']);
  assert.match(without.stderr, /the snapshot has no networks: take it with nscope snapshot --with networks/);
});

test('A name that would move the cursor is shown as an escape.', { skip }, () => {
  const hostile = 'x\x1b[31my';
  bed.ip('qrouter-1234', 'link', 'add', 'hostile0', 'type', 'bridge');
  // ip refuses nothing here that dev_valid_name() allows.
  bed.ip('qrouter-1234', 'link', 'set', 'hostile0', 'name', hostile);
  try {
    const { stdout } = runNscope(['net', `net:${router.name}`]);
    assert.ok(!stdout.includes('\x1b'));
    assert.ok(stdout.includes(escapeText(hostile)), stdout);
    assert.equal(ask(`net:${router.name}`, '--link', hostile).rows.length, 1);
  } finally {
    bed.ip('qrouter-1234', 'link', 'del', hostile);
  }
});
