// Names that lead to no namespace, or to that of another process.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOfNothing } from '../../../src/analysis/rules/name-of-nothing.ts';
import type { NameFile } from '../../../src/model/snapshot/schema.ts';
import { hostInodes, processFact } from '../../recorded-facts.ts';
import { ago, hostOf, judge, mountedOn, vacant } from './vacant-host.ts';

function file(path: string, others: Partial<NameFile> = {}): NameFile {
  return { path, leadsTo: 'file', changedAt: ago(7200), uid: 0, ...others };
}

const toNet = { type: 'net', inode: hostInodes.net } as const;

test('A file without a namespace is found with its age and the command that removes it.', () => {
  const { findings, undecided } = judge(nameOfNothing, hostOf({ conditions: { nameFiles: [file('/run/netns/a b')] } }));
  assert.deepEqual(undecided, []);
  assert.equal(findings.length, 1);
  assert.equal(findings[0]?.severity, 'warning');
  assert.equal(findings[0].says, '/run/netns/a b is a file on which no namespace is mounted');
  assert.deepEqual(findings[0].seen, ['unchanged for 2 h', 'it belongs to user root']);
  assert.equal(findings[0].fixes[0]?.command, "rm -- '/run/netns/a b'");
});

test('A directory and a link that leads nowhere are found, and a name of a namespace is none.', () => {
  const nameFiles = [
    file('/run/netns/dir', { leadsTo: 'directory' }),
    file('/run/netns/gone', { leadsTo: 'nothing', link: '/proc/4711/ns/net' }),
    file('/run/netns/blue', { leadsTo: 'namespace', namespace: toNet }),
  ];
  const { findings } = judge(nameOfNothing, hostOf({ conditions: { nameFiles } }));
  assert.deepEqual(
    findings.map(({ says, seen, fixes }) => [says, seen[0], fixes[0]?.command]),
    [
      ['/run/netns/dir is a directory, not a namespace', 'unchanged for 2 h', 'rmdir -- /run/netns/dir'],
      [
        '/run/netns/gone is a link that leads nowhere',
        'the link says /proc/4711/ns/net: process 4711 has ended',
        'rm -- /run/netns/gone',
      ],
    ],
  );
});

test('A file is no finding while it is new, or where a namespace is mounted on it in another mount namespace.', () => {
  const elsewhere = vacant(4026532900, mountedOn('/host/run/netns/web', 4026532901));
  const nameFiles = [file('/run/netns/new', { changedAt: ago(1) }), file('/run/netns/web')];
  assert.deepEqual(judge(nameOfNothing, hostOf({ namespaces: [elsewhere], conditions: { nameFiles } })).findings, []);
});

test('Where mounts were not all seen, a file is not decided, and a link that leads nowhere is.', () => {
  const nameFiles = [file('/run/netns/a'), file('/run/netns/b', { leadsTo: 'nothing', link: '/x' })];
  const whole = hostOf({ conditions: { nameFiles } });
  const coverage = { ...whole.coverage, unseenHolders: [{ kind: 'bind-mount' as const, why: 'no list was read' }] };
  const { findings, undecided } = judge(nameOfNothing, { ...whole, coverage });
  assert.deepEqual(
    findings.map(({ says }) => says),
    ['/run/netns/b is a link that leads nowhere'],
  );
  assert.match(undecided[0]?.why ?? '', /on 1 of the files .*: no list was read$/);
});

test('Files of Docker are a note, since it removes them itself.', () => {
  const { findings } = judge(
    nameOfNothing,
    hostOf({ conditions: { nameFiles: [file('/run/docker/netns/0a1b2c3d4e5f')] } }),
  );
  assert.equal(findings[0]?.severity, 'note');
});

test('A link to a process that began after the link was made leads to another than was meant.', () => {
  const link = { leadsTo: 'namespace', namespace: toNet, link: '/proc/300/ns/net' } as const;
  const started = (hours: number) => processFact(300, ['sleep'], { startTimeTicks: hours * 360_000 });
  const find = (hours: number, changedAt: string) =>
    judge(
      nameOfNothing,
      hostOf({ facts: [started(hours)], conditions: { nameFiles: [file('/run/netns/web', { ...link, changedAt })] } }),
    ).findings;
  const [found] = find(11, ago(7200));
  assert.match(found?.says ?? '', /its PID 300 was used again$/);
  assert.equal(found?.seen[1], 'process 300 (sleep) began 60 min after the link was made');
  assert.deepEqual(find(9, ago(7200)), [], 'the process is older');
  assert.deepEqual(find(11, '2025-12-31T00:00:00.000Z'), [], 'the clock was set since: /run is younger than the boot');
});

test('What was refused is said.', () => {
  const whole = hostOf({ conditions: { nameFiles: [] } });
  const refusals = [{ what: 'listing a directory of names', errno: 'EACCES', count: 1, example: '/run/docker/netns' }];
  const source = {
    source: 'condition nameFiles',
    question: '?',
    ran: true,
    asked: 1,
    found: 0,
    refused: 1,
    durationMs: 0,
  };
  const coverage = { ...whole.coverage, sources: [{ ...source, refusals }] };
  assert.deepEqual(judge(nameOfNothing, { ...whole, coverage }).undecided, [
    { code: 'name-of-nothing', why: 'listing a directory of names was refused (EACCES): /run/docker/netns' },
  ]);
});
