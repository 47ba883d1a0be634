import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEffectiveCapabilities, parseNestedPids, parseTracer } from '../../../src/parse/proc/status.ts';
import { assertMalformed } from '../text/malformed-as.ts';

/** Recorded on Linux 6.18, shortened. */
const status = `Name:\tsleep
Umask:\t0022
State:\tS (sleeping)
Tgid:\t4711
Ngid:\t0
Pid:\t4711
PPid:\t4700
TracerPid:\t0
Uid:\t0\t0\t0\t0
Groups:\t0 
NStgid:\t4711\t12\t1
NSpid:\t4711\t12\t1
NSpgid:\t4711\t12\t1
NSsid:\t4700\t1\t0
Kthread:\t0
Threads:\t1
CapInh:\t0000000000000000
CapPrm:\t000001ffffffffff
CapEff:\t000001ffffdfffff
Seccomp:\t0
`;

test('The PIDs of a process in nested pid namespaces come from the outermost to its own.', () => {
  assert.deepEqual(parseNestedPids(status), [4711, 12, 1]);
});

test('A status without NSpid, as before Linux 4.1, or an empty one says nothing of PIDs.', () => {
  assert.equal(parseNestedPids(status.replace(/^NSpid.*\n/m, '')), undefined);
  assert.equal(parseNestedPids(''), undefined);
});

test('A process that ended while its status was read has no PIDs any more.', () => {
  assert.equal(parseNestedPids(status.replace('NSpid:\t4711\t12\t1', 'NSpid:\t0\t0\t0')), undefined);
  assert.equal(parseNestedPids(status.replace('NSpid:\t4711\t12\t1', 'NSpid:')), undefined);
});

test('A process cannot pass a field off by its name, in which the kernel escapes line ends.', () => {
  assert.deepEqual(parseNestedPids(status.replace('sleep', 'x\\nNSpid:\\t9 9')), [4711, 12, 1]);
  assert.deepEqual(parseNestedPids(status.replace('sleep', 'NSpid:\t9')), [4711, 12, 1]);
});

test('PIDs that are no numbers name the file, the line and the field.', () => {
  assertMalformed(() => parseNestedPids(status.replace('12\t1\nNSpg', 'x\t1\nNSpg')), '/proc/PID/status', 12, 'NSpid');
});

test('The effective capabilities are the hexadecimal digits of CapEff.', () => {
  assert.equal(parseEffectiveCapabilities(status), '000001ffffdfffff');
  assert.equal(parseEffectiveCapabilities('Name:\tx\n'), undefined);
});

test('Who traces a process is a PID, and 0 stands for nobody.', () => {
  assert.equal(parseTracer('Name:\tx\nTracerPid:\t0\n'), 0);
  assert.equal(parseTracer('Name:\tTracerPid:\\t9\nTracerPid:\t4711\n'), 4711);
  assertMalformed(() => parseTracer('Name:\tx\nTracerPid:\tx\n'), '/proc/PID/status', 2, 'TracerPid');
});
