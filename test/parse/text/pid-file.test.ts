// Files in which engines keep PIDs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePidFile, parseRuncState } from '../../../src/parse/text/pid-file.ts';

test('A PID file has one number, with or without a line feed.', () => {
  assert.equal(parsePidFile('4711'), 4711);
  assert.equal(parsePidFile('4711\n'), 4711);
  for (const text of ['', '0', '-1', '12 13', '4711x', '99999999999'])
    assert.equal(parsePidFile(text), undefined, text);
});

test('The state of runc gives the PID of the init and when it began.', () => {
  const state = '{"id":"web","init_process_pid":4711,"init_process_start":123456,"created":"2026-01-02T03:04:05Z"}';
  assert.deepEqual(parseRuncState(state), { pid: 4711, startTimeTicks: 123456 });
  for (const text of ['', '{', 'null', '[]', '{"init_process_pid":0,"init_process_start":1}', '{"init_process_pid":1}'])
    assert.equal(parseRuncState(text), undefined, text);
});
