import assert from 'node:assert/strict';
import { endianness } from 'node:os';
import { test } from 'node:test';
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
const end = bytes('14000000 0300 0200 01000000 00000000 00000000');

test('A link gives its name, its peer and the number of the namespace of that; the end of the dump is known.', {
  skip,
}, () => {
  assert.deepEqual(parseRouteMessages(Buffer.concat([link, link, end])), {
    links: [0, 1].map(() => ({ index: 5, name: 'va', peerIndex: 2, netnsid: 1 })),
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
  assert.deepEqual(parseRouteMessages(inside).links, [{ index: 5, name: 'va', peerIndex: 2, netnsid: undefined }]);
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
