import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copiedPins } from '../../../src/analysis/rules/copied-pins.ts';
import type { MountView } from '../../../src/model/snapshot/schema.ts';
import { hostInodes } from '../../recorded-facts.ts';
import { hostView, judge, listCommands, mountView, processIn, say } from './judge.ts';

const pin = (others: Partial<MountView['pins'][number]> = {}): MountView['pins'][number] => ({
  ...{ path: '/run/netns/blue', type: 'net', inode: 77, propagates: false, unbindable: false },
  ...others,
});
const holder = (mountNamespace: number) =>
  ({
    ...({ fact: 'holder', type: 'net', inode: 77 } as const),
    holder: { kind: 'bind-mount', path: '/run/netns/blue', mountNamespace } as const,
  }) as const;
const owned = (inode: number, owner: number = hostInodes.user) =>
  ({ fact: 'namespace', type: 'mnt', inode, owner }) as const;
const facts = [owned(hostInodes.mnt), owned(88), processIn(200, { mnt: 88 }), holder(88)];

test('A copy beside the pin of the host is a note.', () => {
  const mountViews = [hostView({ pins: [pin()] }), mountView(88, 200, { pins: [pin()] })];
  assert.deepEqual(say(judge(copiedPins, facts, { conditions: { mountViews } })), [
    'note: 1 mount namespaces have private copies of pinned namespaces, 1 in all',
  ]);
});

test('A copy that alone holds the namespace is a warning with the command.', () => {
  const mountViews = [hostView(), mountView(88, 200, { pins: [pin()] })];
  const [found] = judge(copiedPins, facts, { conditions: { mountViews } }).findings;
  assert.equal(found?.severity, 'warning');
  assert.deepEqual(listCommands(found), [
    'nsenter --mount=/proc/200/ns/mnt --root=/ umount -cin /proc/200/root/run/netns/blue',
  ]);
});

test('What another user namespace owns is locked: there is no command.', () => {
  const mountViews = [hostView(), mountView(88, 200, { pins: [pin()] })];
  const locked = facts.map((fact) => (fact.fact === 'namespace' && fact.inode === 88 ? owned(88, 99) : fact));
  const [found] = judge(copiedPins, locked, { conditions: { mountViews } }).findings;
  assert.deepEqual(found && listCommands(found), []);
});

test('A namespace in use, one that a container made itself, and what follows the host are nothing.', () => {
  const used = [...facts, processIn(300, { net: 77 })];
  const views = (others: Partial<MountView>) => ({ mountViews: [hostView(), mountView(88, 200, others)] });
  assert.deepEqual(say(judge(copiedPins, used, { conditions: views({ pins: [pin()] }) })), []);
  assert.deepEqual(say(judge(copiedPins, facts, { conditions: views({ pins: [pin()], hostRoot: false }) })), []);
  assert.deepEqual(say(judge(copiedPins, facts, { conditions: views({ pins: [pin({ propagates: true })] }) })), []);
});
