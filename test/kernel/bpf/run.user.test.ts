import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeBpfPrograms, readBpfFiles, readBpfNamespaces, readBpfTasks } from '../../../src/kernel/bpf/run.ts';
import { missing } from '../../tiers.ts';
import { countDescriptors } from '../open-descriptors.ts';

const skip = missing({ unprivileged: true });

test('Without privilege every reading by BPF is refused as a value that names the errno and the call.', {
  skip,
}, () => {
  const before = countDescriptors();
  for (const reading of [readBpfNamespaces(), readBpfFiles(), readBpfTasks()]) {
    assert.ok('refused' in reading);
    const { code, syscall, reason } = reading.refused;
    assert.ok(['EPERM', 'EACCES', 'ENOSYS', 'ENOENT'].includes(code), code);
    assert.match(syscall, /^(bpf\((BTF_LOAD|MAP_CREATE|PROG_LOAD.*)\)|open)$/);
    assert.match(reason, /CAP_BPF|bpf\(2\)|types/);
  }
  closeBpfPrograms();
  assert.equal(countDescriptors(), before);
});
