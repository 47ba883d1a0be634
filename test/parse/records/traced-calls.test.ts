// Records of a followed command: numbers, texts that are no UTF-8, and what is not such a record.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTracedCall, tracedLayout } from '../../../src/parse/records/traced-calls.ts';

const { word, bytes } = tracedLayout;

function makeRecord(what: number): Buffer {
  const record = Buffer.alloc(bytes);
  record.writeInt32LE(what, word.what * 4);
  record.writeInt32LE(812, word.pid * 4);
  record.writeInt32LE(1, word.err * 4);
  record.writeBigInt64LE(-1n, word.value * 4);
  record.writeBigUInt64LE(0x1_0002_0000n, word.args * 4 + 24);
  record.write('mount', word.name * 4);
  record.write('proc\0junk', word.texts * 4);
  record.set([0x2f, 0xff], word.texts * 4 + 512);
  return record;
}

test('A record of a refused call has its arguments and texts, each to its end.', () => {
  const traced = parseTracedCall(makeRecord(16));
  assert.deepEqual([traced?.what, traced?.pid, traced?.err, traced?.value], ['call', 812, 1, -1]);
  assert.deepEqual(traced?.args[3], 0x1_0002_0000n);
  assert.deepEqual([traced?.name, traced?.texts], ['mount', ['proc', '/\udcff', '']]);
});

test('A message of another size or kind is no record.', () => {
  assert.equal(parseTracedCall(Buffer.alloc(16)), undefined);
  assert.equal(parseTracedCall(makeRecord(3)), undefined);
});
