// What the kernel asks through /dev/fuse, decoded; and what is no request of the kernel's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitFrames } from '../../../src/parse/fuse/frames.ts';
import { fuseOpcode } from '../../../src/parse/fuse/protocol.ts';
import { parseFuseRequest } from '../../../src/parse/fuse/request.ts';
import { anyBytes, editedBytes } from '../edited.ts';
import { join, longs, message, readBody, samples, text, words } from './messages.ts';

function decode(bytes: Uint8Array) {
  const request = parseFuseRequest(bytes);
  assert.ok(
    !('malformed' in request),
    JSON.stringify(request, (_, value) => String(value)),
  );
  return request;
}

function decodeMalformed(bytes: Uint8Array): string {
  const request = parseFuseRequest(bytes);
  assert.ok('malformed' in request);
  return request.malformed;
}

test('The header of a request tells who asks, for what node, and the number of the answer.', () => {
  const { header } = decode(message({ opcode: fuseOpcode.readlink, unique: 2n ** 63n + 4n, nodeId: 2 ** 40 }));
  assert.deepEqual(header, { opcode: 5, unique: 2n ** 63n + 4n, nodeId: 2 ** 40, uid: 1000, gid: 100, pid: 41 });
});

test('Every request that is decoded is read by its own struct.', () => {
  const bodies = Object.fromEntries(
    Object.entries(samples).map(([kind, sample]) => [kind, decode(message(sample)).body]),
  );
  assert.deepEqual(bodies, {
    lookup: { kind: 'lookup', name: 'net' },
    mkdir: { kind: 'mkdir', name: '4026532992' },
    rmdir: { kind: 'rmdir', name: '4026532992' },
    forget: { kind: 'forget', nodes: [{ nodeId: 9, lookups: 3 }] },
    batchForget: {
      kind: 'forget',
      nodes: [
        { nodeId: 9, lookups: 3 },
        { nodeId: 10, lookups: 1 },
      ],
    },
    getattr: { kind: 'getattr' },
    readlink: { kind: 'readlink' },
    statfs: { kind: 'statfs' },
    open: { kind: 'open', flags: 0o4000 },
    opendir: { kind: 'opendir', flags: 0 },
    read: { kind: 'read', handle: 7, offset: 4096, size: 131072, flags: 0o4000 },
    readdir: { kind: 'readdir', handle: 7, offset: 0, size: 4096, flags: 0 },
    readdirplus: { kind: 'readdirplus', handle: 7, offset: 0, size: 4096, flags: 0 },
    release: { kind: 'release', handle: 7 },
    releasedir: { kind: 'releasedir', handle: 7 },
    init: { kind: 'init', major: 7, minor: 45, maxReadahead: 131072, flags: 0x73fffffb },
    interrupt: { kind: 'interrupt', interrupted: 12n },
    poll: { kind: 'poll', handle: 7, pollId: 99n, flags: 1 },
    destroy: { kind: 'destroy' },
    other: { kind: 'other' },
  });
});

test('A name in another encoding is still a name.', () => {
  const { body } = decode(message({ opcode: fuseOpcode.lookup, body: Uint8Array.of(0xff, 0xe9, 0) }));
  assert.deepEqual(body, { kind: 'lookup', name: '\udcff\udce9' });
});

test('What is malformed is said in words, and nothing of it is guessed.', () => {
  const lookup = message({ opcode: fuseOpcode.lookup, body: text('net') });
  assert.equal(decodeMalformed(new Uint8Array(12)), '12 bytes are too few for a header');
  assert.equal(decodeMalformed(lookup.subarray(0, 43)), 'the header states 44 bytes, and 43 came');
  const cases: [number, Uint8Array, string][] = [
    [fuseOpcode.lookup, Uint8Array.of(0x6e, 0x65), 'a name has no end'],
    [fuseOpcode.lookup, Uint8Array.of(0x6e, 0, 0x65), 'something follows the end of a name'],
    [fuseOpcode.lookup, Uint8Array.of(0, 0), 'something follows the end of a name'],
    [fuseOpcode.rmdir, Uint8Array.of(0), '1 bytes behind the header are too few: 2 are needed'],
    [fuseOpcode.mkdir, join(words(1, 2), Uint8Array.of(0, 0)), 'something follows the end of a name'],
    [fuseOpcode.open, words(1), '4 bytes behind the header are too few: 8 are needed'],
    [fuseOpcode.read, longs(1, 2), '16 bytes behind the header are too few: 40 are needed'],
    [
      fuseOpcode.batchForget,
      join(words(0xffffffff, 0), longs(1, 1)),
      '4294967295 nodes to forget take 68719476720 bytes, and 16 came',
    ],
    [fuseOpcode.init, words(7, 45), '8 bytes behind the header are too few: 16 are needed'],
  ];
  for (const [opcode, body, words] of cases) assert.equal(decodeMalformed(message({ opcode, body })), words);
  const far = join(longs(1, 2n ** 63n), readBody(0, 0, 1).subarray(16));
  assert.equal(decodeMalformed(message({ opcode: fuseOpcode.read, body: far })), 'an offset is beyond all files');
});

test('The number of a malformed request is given where it came, so that it can be answered.', () => {
  const request = parseFuseRequest(message({ opcode: fuseOpcode.open, unique: 77n }));
  assert.ok('malformed' in request);
  assert.equal(request.unique, 77n);
  assert.equal(request.opcode, fuseOpcode.open);
});

test('No bytes make the decoder throw, whether random or a true request with some bytes changed or cut.', () => {
  let [whole, malformed] = [0, 0];
  const edited = fc.constantFrom(...Object.values(samples)).chain((sample) => editedBytes(message(sample)));
  fc.assert(
    fc.property(
      fc.oneof({ weight: 1, arbitrary: anyBytes }, { weight: 4, arbitrary: edited }),
      fc.boolean(),
      (bytes, states) => {
        // Else most would be refused for their length alone.
        if (states && bytes.length >= 4) new DataView(bytes.buffer).setUint32(0, bytes.length, true);
        if ('malformed' in parseFuseRequest(bytes)) malformed++;
        else whole++;
      },
    ),
    { numRuns: 6000 },
  );
  assert.ok(whole > 500 && malformed > 500, `${whole} whole, ${malformed} malformed`);
});

test('Frames of any requests are split into these.', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (requests) => {
      const frames = requests.flatMap((one) => [words(one.length), one, new Uint8Array(-(4 + one.length) & 7)]);
      assert.deepEqual(
        [...splitFrames(join(...frames))].map((bytes) => [...bytes]),
        requests.map((bytes) => [...bytes]),
      );
    }),
  );
});

test('Frames are split by their lengths, with their padding left out.', () => {
  const frames = join(words(3), Uint8Array.of(1, 2, 3, 0), words(4), Uint8Array.of(4, 5, 6, 7), words(0, 0));
  assert.deepEqual(
    [...splitFrames(frames)].map((bytes) => [...bytes]),
    [[1, 2, 3], [4, 5, 6, 7], []],
  );
  assert.deepEqual([...splitFrames(new Uint8Array())], []);
});
