// A network namespace that the kernel lists and that nothing visible holds. Where not every process may be looked at, as
// process 1 of some hosts, that is not decided, and it is said what was not seen.
// `node build/js/test/kernels/run.js 7 FILE` runs it where all may be looked at.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectSnapshot } from '../../src/index.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import { hold } from '../held-process.ts';
import { missing } from '../tiers.ts';
import { about, diagnose } from './findings-of-host.ts';

const skip = missing({ root: true, commands: ['python3'] });

test('A network namespace that an io_uring alone holds is a note or not decided, and nothing once that has ended.', {
  skip,
}, async () => {
  const { processes } = collectSnapshot();
  const isWhole = processes.every(({ namespaces }) => isKnown(namespaces.net) || namespaces.net.unknown === 'gone');
  const held = await hold('python3', ['test/fixtures/registered-netns.py']);
  const inode = Number(held.line);
  try {
    assert.ok(inode > 0, held.line);
    const verdicts = diagnose('network-not-ending');
    const [found] = about(verdicts, { kind: 'namespace', type: 'net', inode });
    if (isWhole) {
      assert.equal(found?.severity, 'note', JSON.stringify(verdicts));
      assert.match(found.seen.join('; '), /ruled out: /);
    } else {
      assert.equal(found, undefined);
      const [{ why = '' } = {}] = verdicts.undecided;
      assert.match(why, /listed by the kernel and held by nothing that was seen/);
    }
  } finally {
    await held.end();
  }
  // The kernel takes a ring apart some time after its last descriptor is closed: io_ring_exit_work() of io_uring/io_uring.c.
  const isThere = () => collectSnapshot().namespaces.some((one) => one.type === 'net' && one.inode === inode);
  for (let turn = 0; turn < 100 && isThere(); turn++) await sleep(200);
  assert.equal(isThere(), false);
});
