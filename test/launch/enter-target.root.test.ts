// enter, of a process that was found by a name: only if it is that process still.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStartTime } from '../../src/kernel/process/process-directory.ts';
import type { EnterRequest } from '../../src/launch/plan/enter-request.ts';
import { enter } from '../../src/launch/start/enter.ts';
import { hold } from '../held-process.ts';
import { countDescriptors } from '../kernel/open-descriptors.ts';
import { missing } from '../tiers.ts';

test('Who has the PID of a process that has ended is not entered in its place.', {
  skip: missing({ root: true, commands: ['sh', 'sleep'] }),
}, async (t) => {
  const held = await hold('sh', ['-c', 'echo ready; exec sleep 300']);
  t.after(() => held.end());
  const started = readStartTime(held.pid);
  assert.ok(typeof started === 'number');
  const request: EnterRequest = {
    entrances: [],
    process: { pid: held.pid, startTimeTicks: started - 1 },
    userMember: undefined,
    root: 'target',
    cwd: 'target',
    env: 'target',
    credentials: undefined,
    fork: true,
    inherited: [],
  };
  const before = countDescriptors();
  assert.throws(() => enter(request, ['true'], undefined), {
    code: 'NSCOPE_LAUNCH',
    message: `process ${held.pid} has ended, and nothing was entered; its PID may be that of another now`,
  });
  assert.equal(countDescriptors(), before);
});
