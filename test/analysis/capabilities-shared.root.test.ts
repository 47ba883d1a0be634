// What nscope caps says of processes that share what setns(2) demands to be the caller's alone, beside what the kernel does.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { explainPowers } from '../../src/analysis/capabilities/may-enter.ts';
import { SnapshotIndex } from '../../src/analysis/graph/snapshot-index.ts';
import { collectSnapshot } from '../../src/collect/collect.ts';
import { readCredentials } from '../../src/kernel/process/process-security.ts';
import { readTaskSharing } from '../../src/kernel/process/task-sharing.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import { namespaceTypes } from '../../src/model/snapshot/namespace-types.ts';
import { compile } from '../fixtures/compile.ts';
import { hold, readLinksOf, readOnlyChild, waitForName } from '../held-process.ts';
import { missing } from '../tiers.ts';

const skip = missing({ root: true, commands: ['cc', 'unshare'] });

test('A process of several threads, or one that shares its root or memory, may enter exactly where nscope says so.', {
  skip,
}, async () => {
  const program = compile('test/fixtures/setns-shared.c');
  const held = await hold('unshare', ['-UrmniuCTpf', '--kill-child', 'sh', '-c', 'echo; exec sleep 99']);
  const refused = new Set<string>();
  try {
    const member = readOnlyChild(held.pid);
    await waitForName(member, 'sleep');
    const links = readLinksOf(member);
    for (const mode of ['alone', 'threads', 'fs', 'memory'])
      for (const type of namespaceTypes) {
        const child = spawn(program, [mode, `/proc/${member}/ns/${type}`], { stdio: ['pipe', 'pipe', 'inherit'] });
        const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
        assert.equal((await lines.next()).value, 'ready', mode);
        const pid = child.pid ?? 0;
        const index = new SnapshotIndex(collectSnapshot());
        const process = index.process(pid) ?? assert.fail(`process ${pid} was not seen`);
        const credentials = readCredentials(pid);
        assert.ok(isKnown(credentials) && isKnown(process.namespaces.user));
        const { enter, entryRules } = explainPowers(
          {
            euid: credentials.uids[1] ?? -1,
            effective: credentials.capabilities.effective,
            userNamespace: process.namespaces.user,
            sharing: readTaskSharing(pid),
          },
          process.namespaces.pid,
          index.namespace(type, links[type]) ?? assert.fail(type),
          index,
        );
        child.stdin.end('\n');
        const errno = Number((await lines.next()).value);
        if (child.exitCode === null) await once(child, 'exit');
        assert.equal(
          enter,
          errno === 0 ? 'yes' : 'no',
          `${mode} ${type}: errno ${errno}: ${JSON.stringify(entryRules)}`,
        );
        if (errno !== 0) refused.add(`${mode} ${type} ${errno}`);
      }
  } finally {
    await held.end();
  }
  const [EINVAL, EUSERS] = [22, 87];
  assert.deepEqual([...refused].sort(), [
    `fs mnt ${EINVAL}`,
    `fs user ${EINVAL}`,
    `memory time ${EUSERS}`,
    `threads mnt ${EINVAL}`,
    `threads time ${EUSERS}`,
    `threads user ${EINVAL}`,
  ]);
});
