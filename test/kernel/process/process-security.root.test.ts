import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readProcessSecurity } from '../../../src/kernel/process/process-security.ts';
import { listCapabilities } from '../../../src/model/names/capability-names.ts';
import { hold } from '../../held-process.ts';
import { missing } from '../../tiers.ts';

const skip = missing({ root: true, commands: ['setpriv'] });

test('What a process may not do is read: capabilities, new privileges, and the limits of the groups above its own.', {
  skip,
}, async () => {
  const words = ['--bounding-set', '-all,+net_raw,+setpcap', '--no-new-privs', 'sh', '-c', 'echo; sleep 99'];
  const held = await hold('setpriv', words);
  const root = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'].find((path) => existsSync(join(path, 'cgroup.procs')));
  const outer = join(root ?? '', `nscope-test-${process.pid}`);
  const inner = join(outer, 'inner');
  try {
    mkdirSync(inner, { recursive: true });
    // In the unified hierarchy a controller is first to be handed down.
    if (root === '/sys/fs/cgroup') writeFileSync(join(root, 'cgroup.subtree_control'), '+pids');
    writeFileSync(join(outer, 'pids.max'), '77');
    writeFileSync(join(inner, 'cgroup.procs'), String(held.pid));
    const { credentials, limits } = readProcessSecurity(held.pid);
    assert.ok('capabilities' in credentials);
    assert.deepEqual(listCapabilities(credentials.capabilities.effective), ['CAP_SETPCAP', 'CAP_NET_RAW']);
    assert.equal(credentials.noNewPrivs, true);
    assert.equal(credentials.seccomp, 0);
    assert.equal(limits.pids, 77);
  } finally {
    await held.end();
    for (const directory of [inner, outer]) rmdirSync(directory);
  }
});
