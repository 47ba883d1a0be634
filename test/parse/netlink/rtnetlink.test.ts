import assert from 'node:assert/strict';
import { endianness } from 'node:os';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  buildLinkDump,
  buildNsidDump,
  buildNsidQuestion,
  parseRouteMessages,
} from '../../../src/parse/netlink/rtnetlink.ts';
import { MalformedError } from '../../../src/parse/text/malformed.ts';

const skip = endianness() !== 'LE' && 'needs a little-endian machine: the messages were recorded on one';

function bytes(...words: string[]): Uint8Array {
  return Buffer.from(words.join('').replaceAll(' ', ''), 'hex');
}

test('Requests are laid out as rtnetlink wants them.', { skip }, () => {
  assert.deepEqual(
    Buffer.from(buildLinkDump(7)).toString('hex'),
    '28000000 1200 0103 07000000 00000000 00000000000000000000000000000000 0800 1d00 08000000'.replaceAll(' ', ''),
  );
  assert.deepEqual(
    Buffer.from(buildNsidQuestion(8, 9)).toString('hex'),
    '1c000000 5a00 0100 08000000 00000000 00000000 0800 0300 09000000'.replaceAll(' ', ''),
  );
});

/** RTM_NEWLINK: index 5, "va" (with padding), IFLA_LINK 2, IFLA_LINK_NETNSID 1. */
const link = bytes(
  '38000000 1000 0200 01000000 00000000',
  '00000100 05000000 00000000 00000000',
  '0700 0300 76610000',
  '0800 0500 02000000',
  '0800 2500 01000000',
);
/** What a link has that says nothing else. */
const bare = {
  altNames: [],
  flags: 0,
  state: 'unknown',
  mtu: 0,
  mac: '',
  master: undefined,
  isElsewhere: false,
  kind: '',
  parentDevice: undefined,
  details: {},
} as const;
const end = bytes('14000000 0300 0200 01000000 00000000 00000000');

test('A link gives its name, its peer and the number of the namespace of that; the end of the dump is known.', {
  skip,
}, () => {
  assert.deepEqual(parseRouteMessages(Buffer.concat([link, link, end])), {
    links: [0, 1].map(() => ({ ...bare, index: 5, name: 'va', peerIndex: 2, netnsid: 1, isElsewhere: true })),
    nsid: undefined,
    nsids: 0,
    done: true,
    errno: 0,
  });
  assert.equal(parseRouteMessages(link).done, false);
});

test('A namespace that is ending has no number, and a link within one namespace has none.', { skip }, () => {
  const ending = Buffer.from(link);
  ending.writeInt32LE(-1, 52);
  assert.equal(parseRouteMessages(ending).links[0]?.netnsid, undefined);
  const inside = Buffer.from(link.subarray(0, 48));
  inside.writeUInt32LE(48, 0);
  assert.deepEqual(parseRouteMessages(inside).links, [
    { ...bare, index: 5, name: 'va', peerIndex: 2, netnsid: undefined },
  ]);
});

test('A number is given, or -1 where there is none.', { skip }, () => {
  const answer = bytes('1c000000 5800 0000 01000000 00000000 00000000 0800 0100 03000000');
  assert.deepEqual(parseRouteMessages(answer), { links: [], nsid: 3, nsids: 1, done: true, errno: 0 });
  assert.equal(parseRouteMessages(Buffer.from(answer).fill(0xff, 24)).nsid, -1);
});

test('A dump of numbers goes on until its end, and none is one message.', { skip }, () => {
  assert.equal(
    Buffer.from(buildNsidDump(1)).toString('hex'),
    '14000000 5a00 0103 01000000 00000000 00000000'.replaceAll(' ', ''),
  );
  const part = bytes('1c000000 5800 0200 01000000 00000000 00000000 0800 0100 75000000');
  assert.deepEqual(parseRouteMessages(Buffer.concat([part, part])), {
    links: [],
    nsid: 117,
    nsids: 2,
    done: false,
    errno: 0,
  });
  assert.equal(parseRouteMessages(Buffer.concat([part, end])).done, true);
});

test('A refusal gives its errno, also at the end of a dump.', { skip }, () => {
  const refused = bytes('24000000 0200 0000 01000000 00000000 ffffffff', '14000000 1200 0000 00000000 00000000');
  assert.deepEqual(parseRouteMessages(refused), { links: [], nsid: undefined, nsids: 0, done: true, errno: 1 });
  const cut = Buffer.from(end);
  cut.writeInt32LE(-11, 16);
  assert.equal(parseRouteMessages(cut).errno, 11);
});

test('A message or attribute that is longer than what holds it is malformed.', { skip }, () => {
  assert.throws(() => parseRouteMessages(link.subarray(0, 40)), MalformedError);
  const long = Buffer.from(link);
  long.writeUInt16LE(60, 32);
  assert.throws(() => parseRouteMessages(long), MalformedError);
  long.writeUInt16LE(0, 32);
  assert.throws(() => parseRouteMessages(long), MalformedError);
});

/** A message whose length is right, of a type that is read or another one, with attributes that may be too short. */
const attribute = fc
  .tuple(fc.constantFrom(1, 3, 5, 37, 0x8003, 9), fc.uint8Array({ maxLength: 9 }), fc.boolean())
  .map(([type, value, isWrong]) => {
    const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
    padded.writeUInt16LE(isWrong ? value.length : 4 + value.length, 0);
    padded.writeUInt16LE(type, 2);
    padded.set(value, 4);
    return padded;
  });
const framed = fc
  .tuple(fc.constantFrom(2, 3, 16, 88, 1), fc.constantFrom(0, 2), fc.nat(20), fc.array(attribute, { maxLength: 3 }))
  .map(([type, flags, fixed, attributes]) => {
    const body = Buffer.concat([Buffer.alloc(fixed, 1), ...attributes]);
    const head = Buffer.alloc(16);
    head.writeUInt32LE(16 + body.length, 0);
    head.writeUInt16LE(type, 4);
    head.writeUInt16LE(flags, 6);
    return Buffer.concat([head, body, Buffer.alloc(-body.length & 3)]);
  });

test('Of any messages in their frames each is read, or named as malformed.', { skip }, () => {
  let [read, malformed] = [0, 0];
  fc.assert(
    fc.property(fc.array(framed, { minLength: 1, maxLength: 4 }), (messages) => {
      try {
        const { links, nsids } = parseRouteMessages(Buffer.concat(messages));
        assert.ok(links.length + nsids <= messages.length);
        for (const { index } of links) assert.ok(Number.isInteger(index));
        read++;
      } catch (error) {
        assert.ok(error instanceof MalformedError, String(error));
        malformed++;
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(read > 100 && malformed > 100, `${read} read, ${malformed} malformed`);
});

test('A number of fewer than four bytes, and a link without its struct, are malformed.', { skip }, () => {
  const refusal = bytes('10000000 0200 0000 01000000 00000000');
  assert.throws(() => parseRouteMessages(refusal), MalformedError);
  assert.throws(() => parseRouteMessages(Buffer.concat([refusal, link])), MalformedError);
  const bare = bytes('14000000 1000 0200 01000000 00000000 00000100');
  assert.throws(() => parseRouteMessages(bare), MalformedError);
  assert.throws(() => parseRouteMessages(Buffer.concat([bare, end])), MalformedError);
  const short = Buffer.concat([link.subarray(0, 40), bytes('0600 0500 0200 0000')]);
  short.writeUInt32LE(short.length, 0);
  assert.throws(() => parseRouteMessages(short), MalformedError);
});
