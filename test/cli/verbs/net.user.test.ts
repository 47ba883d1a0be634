// nscope net without privilege: its own network namespace whole, of others the sockets alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hold } from '../../held-process.ts';
import { runInTurn, runNscope } from '../run-nscope.ts';

test('Without privilege the links of the own network namespace are shown.', () => {
  const { status, stdout, stderr } = runNscope(['net', '--json']);
  assert.equal(status, 0, stderr);
  const { rows, networks } = JSON.parse(stdout) as {
    readonly rows: readonly { readonly link: string | null }[];
    readonly networks: readonly { readonly links: unknown }[];
  };
  assert.ok(rows.some(({ link }) => link === 'lo'));
  assert.equal(networks.length, 1);
});

test('Rules that may not be read are reported with the reason, also in a snapshot.', () => {
  const { stderr, stdout } = runNscope(['net', 'self', '--port', '1', '--json']);
  assert.match(stderr, /^nscope: the rules that send packets elsewhere of net:\[\d+\] could not be read: denied \(E/m);
  const taken = runNscope(['snapshot', '--with', 'networks', '--compact']).stdout;
  const { conditions } = JSON.parse(taken) as {
    readonly conditions: { readonly networks: readonly { readonly redirects: { readonly unknown?: string } }[] };
  };
  assert.ok(conditions.networks.length > 0);
  for (const { redirects } of conditions.networks) assert.notEqual(redirects.unknown, undefined);
  assert.ok(stdout.includes('"rows": []'), stdout);
});

test('What cannot be searched for is named, with what would be right.', () => {
  const wrong: readonly (readonly [RegExp, ...string[]])[] = [
    [/--port: "0" is not a port; as 53, 53\/udp/, '--port', '0'],
    [/--port: "65536" is not a port/, '--port', '65536'],
    [/--port: "53\/sctp" is not a port/, '--port', '53/sctp'],
    [/--mac: "eth0" is not a MAC; as /, '--mac', 'eth0'],
    [/--address: "10\.0\.0\.256" is not an IP address or network; as /, '--address', '10.0.0.256'],
    [/--link: "a b" is not a name that a link can have/, '--link', 'a b'],
    [/--port and --mac are two searches/, '--port', '53', '--mac', '02:00:00:00:00:01'],
    [/--all means every network namespace: leave out the TARGET/, '--all', 'self'],
    [/is not a network namespace/, 'mnt:self'],
  ];
  const outcomes = runInTurn(wrong.map(([, ...words]) => ['net', ...words]));
  for (const [at, { status, stdout, stderr }] of outcomes.entries()) {
    assert.match(stderr, wrong[at]?.[0] ?? /$^/);
    assert.deepEqual([status, stdout], [2, ''], stderr);
  }
});

test('Of a network namespace that may not be entered the sockets are shown, and why the links are not.', async () => {
  const script = 'require("net").createServer().listen(8053,"::",()=>console.log("ready"))';
  const held = await hold('unshare', ['--user', '--map-root-user', '--net', process.execPath, '-e', script]);
  try {
    const { status, stdout, stderr } = runNscope(['net', String(held.pid), '--json', '--no-bpf']);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^nscope: the links of net:\[\d+\] could not be read: denied \(EPERM\)$/m);
    const { rows } = JSON.parse(stdout) as { readonly rows: readonly Readonly<Record<string, unknown>>[] };
    assert.deepEqual(
      rows.map(({ protocol, address, port, pids }) => [protocol, address, port, pids]),
      [['tcp', '::', 8053, [String(held.pid)]]],
    );
    // Its sockets are known, and that is all: rules that nobody could read may send a port elsewhere.
    const statuses = [
      ['--port', '8053'],
      ['--port', '8054'],
      ['--link', 'lo'],
      ['--address', '127.0.0.1'],
    ].map((words) => runNscope(['net', String(held.pid), '--no-bpf', ...words]).status);
    assert.deepEqual(statuses, [0, 3, 3, 3]);
  } finally {
    await held.end();
  }
});
