// Network namespaces with processes that have no link but lo.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOnlyLoopback } from '../../../src/analysis/rules/network-only-loopback.ts';
import type { LinkList } from '../../../src/model/snapshot/schema.ts';
import { hostInodes, linksOf, processFact } from '../../recorded-facts.ts';
import { hostOf, judge, vacant } from './vacant-host.ts';

const notAsked = { unknown: 'not-asked' } as const;

function listOf(inode: number, ...names: string[]): LinkList {
  return { inode, links: names.map((name) => ({ name, kind: notAsked, physical: notAsked })) };
}

function find(lists: readonly LinkList[], inodes: readonly number[]) {
  const facts = inodes.map((inode, at) => processFact(300 + at, ['web'], { namespaces: linksOf({ net: inode }) }));
  const [first = 0] = inodes;
  const workloads = [
    {
      engine: 'podman',
      kind: 'container',
      id: 'abc',
      name: 'web',
      certainty: 'certain',
      leader: 300,
      pids: [300],
      namespaces: [{ type: 'net', inode: first }],
      evidence: [],
    },
  ] as const;
  return judge(networkOnlyLoopback, hostOf({ facts, workloads, conditions: { linkLists: lists } }));
}

test('All of them are one note, with who is in each.', () => {
  const inodes = Array.from({ length: 12 }, (_, at) => 4026532900 + at);
  const { findings, undecided } = find(
    inodes.map((inode) => listOf(inode, 'lo')),
    inodes,
  );
  assert.deepEqual(undecided, []);
  assert.equal(findings.length, 1);
  assert.equal(findings[0]?.severity, 'note');
  assert.equal(findings[0].says, '12 network namespaces have no link but lo');
  assert.equal(findings[0].seen[0], 'net:[4026532900]: process 300 (web), podman:web');
  assert.equal(findings[0].seen.at(-1), 'and 2 more');
  assert.equal(findings[0].subjects.length, 12);
});

test('One with another link, one without a process, and that of the boot are none.', () => {
  assert.deepEqual(find([listOf(4026532900, 'lo', 'eth0')], [4026532900]).findings, []);
  assert.deepEqual(find([listOf(hostInodes.net, 'lo')], []).findings, []);
  const idle = hostOf({ namespaces: [vacant(4026532900)], conditions: { linkLists: [listOf(4026532900, 'lo')] } });
  assert.deepEqual(judge(networkOnlyLoopback, idle).findings, []);
});

test('Links that could not be read are said.', () => {
  const { findings, undecided } = find(
    [{ inode: 4026532900, links: { unknown: 'denied', errno: 'EACCES' } }],
    [4026532900],
  );
  assert.deepEqual(findings, []);
  assert.match(undecided[0]?.why ?? '', /^the links of 1 network namespaces/);
});
