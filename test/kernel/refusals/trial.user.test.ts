// What a trial knows of the child that waits, while the child goes on in other processes.
import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { test } from 'node:test';
import { tryInChild } from '../../../src/kernel/refusals/trial.ts';
import { namespaceTypeFacts } from '../../../src/model/snapshot/namespace-types.ts';
import { missing } from '../../tiers.ts';

const skip = missing({ unprivileged: true });

test('The process that waits is the new one, whichever of the two is heard first.', { skip }, () => {
  const own = readlinkSync('/proc/self/ns/pid');
  const { user, pid } = namespaceTypeFacts;
  let asked = 0;
  for (let turn = 0; turn < 200; turn++) {
    const answer = tryInChild([['unshare', user.cloneValue | pid.cloneValue], ['clone', 0], ['sync']], (waiting) => {
      asked++;
      assert.notEqual(readlinkSync(`/proc/${waiting}/ns/pid`), own);
    });
    assert.equal(answer.errno, null);
  }
  assert.equal(asked, 200);
});
