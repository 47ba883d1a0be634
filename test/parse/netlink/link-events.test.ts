import assert from 'node:assert/strict';
import { endianness } from 'node:os';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseLinkEvents } from '../../../src/parse/netlink/link-events.ts';
import { MalformedError } from '../../../src/parse/text/malformed.ts';

const skip = endianness() !== 'LE' && 'needs a little-endian machine: the messages are those of one';

function number(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntLE(value, 0, bytes);
  return buffer;
}

function attribute(type: number, value: Buffer): Buffer {
  const padding = Buffer.alloc(-value.length & 3);
  return Buffer.concat([number(value.length + 4, 2), number(type, 2), value, padding]);
}

/** As native/link-events.c gives it. */
function pack(nsid: number, type: number, body: Buffer): Buffer {
  const head = Buffer.concat([number(body.length + 16, 4), number(type, 2), Buffer.alloc(10)]);
  const message = Buffer.concat([head, body]);
  return Buffer.concat([number(message.length, 4), number(nsid, 4), message, Buffer.alloc(-message.length & 7)]);
}

function link(family: number, index: number, name: string, ...others: readonly Buffer[]): Buffer {
  const head = Buffer.concat([number(family, 2), Buffer.alloc(2), number(index, 4), Buffer.alloc(8)]);
  return Buffer.concat([head, attribute(3, Buffer.from(`${name}\0`)), attribute(4, number(1500, 4)), ...others]);
}

const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_DELNSID = 89;

test('Each message is told with the number of its network namespace, one after another.', { skip }, () => {
  const events = parseLinkEvents(
    Buffer.concat([pack(4, RTM_NEWLINK, link(0, 2, 'eth0')), pack(-1, RTM_DELLINK, link(0, 3, 'x'))]),
  );
  assert.deepEqual(
    events.map((event) =>
      event.kind === 'ended' ? event : [event.kind, event.nsid, event.link.index, event.link.name],
    ),
    [
      ['set', 4, 2, 'eth0'],
      ['removed', -1, 3, 'x'],
    ],
  );
});

test('A link that was moved says to which number and with which index.', { skip }, () => {
  const moved = link(0, 5, 'vx', attribute(45, number(7, 4)), attribute(49, number(9, 4)));
  const [event] = parseLinkEvents(pack(0, RTM_DELLINK, moved));
  assert.ok(event?.kind === 'removed');
  assert.deepEqual(event.movedTo, { nsid: 7, index: 9 });
  const [unmoved] = parseLinkEvents(pack(0, RTM_DELLINK, link(0, 5, 'vx')));
  assert.ok(unmoved?.kind === 'removed' && unmoved.movedTo === undefined);
});

test('What a bridge says of a port, and what a wireless device says of itself, is no change of a link.', {
  skip,
}, () => {
  const bridge = 7;
  const messages = [
    pack(0, RTM_DELLINK, link(bridge, 3, 'v0')),
    pack(0, RTM_NEWLINK, link(bridge, 3, 'v0')),
    pack(0, RTM_NEWLINK, link(0, 3, 'wlan0', attribute(11, Buffer.alloc(8)))),
  ];
  assert.deepEqual(parseLinkEvents(Buffer.concat(messages)), []);
  assert.equal(parseLinkEvents(pack(0, RTM_NEWLINK, link(0, 3, 'wlan0'))).length, 1);
});

test('The end of a number is that of the network namespace of the socket alone.', { skip }, () => {
  const end = Buffer.concat([Buffer.alloc(4), attribute(1, number(3, 4))]);
  assert.deepEqual(parseLinkEvents(pack(-1, RTM_DELNSID, end)), [{ kind: 'ended', nsid: 3 }]);
  assert.deepEqual(parseLinkEvents(pack(2, RTM_DELNSID, end)), []);
});

test('Whatever bytes come, they are decoded or called malformed.', { skip }, () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 200 }), (bytes) => {
      try {
        parseLinkEvents(bytes);
      } catch (error) {
        assert.ok(error instanceof MalformedError, String(error));
      }
    }),
  );
});
