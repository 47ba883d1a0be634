// Whatever bytes come, a parser gives a record or its documented error.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { namespaceLinks } from '../../src/model/snapshot/namespace-types.ts';
import { countNeighbours, parseAddresses, parseRoutes } from '../../src/parse/netlink/addresses.ts';
import { parseProcessEvents } from '../../src/parse/netlink/process-events.ts';
import { parseRouteMessages } from '../../src/parse/netlink/rtnetlink.ts';
import { parseCgroup, parseCgroupPaths } from '../../src/parse/proc/cgroup.ts';
import {
  findCgroupDirectories,
  parseCgroupTable,
  parseCpuMax,
  parseLimit,
} from '../../src/parse/proc/cgroup-limits.ts';
import { parseCredentials } from '../../src/parse/proc/credentials.ts';
import { parseVariable } from '../../src/parse/proc/environment.ts';
import { parseHidepid } from '../../src/parse/proc/hidepid.ts';
import { parseIdMap } from '../../src/parse/proc/id-map.ts';
import { parseTaskCount } from '../../src/parse/proc/loadavg.ts';
import { parseFirstMount, parseMountIds } from '../../src/parse/proc/mount-ids.ts';
import { parseMountinfo } from '../../src/parse/proc/mountinfo.ts';
import { parseMounts } from '../../src/parse/proc/mounts.ts';
import { parseNamespaceName } from '../../src/parse/proc/namespace-name.ts';
import { parseSignalfd, parseSignals } from '../../src/parse/proc/signals.ts';
import { parseStartTime, parseStat } from '../../src/parse/proc/stat.ts';
import { parseEffectiveCapabilities, parseNestedPids, parseTracer } from '../../src/parse/proc/status.ts';
import { parseTimeOffsets } from '../../src/parse/proc/time-offsets.ts';
import { parseBpfCharges, parseBpfCounts } from '../../src/parse/records/bpf-counts.ts';
import { parseBpfEvents } from '../../src/parse/records/bpf-events.ts';
import { fileLayout, parseBpfFiles } from '../../src/parse/records/bpf-files.ts';
import { parseBpfLifetimes } from '../../src/parse/records/bpf-lifetimes.ts';
import { parseBpfNamespaces } from '../../src/parse/records/bpf-namespaces.ts';
import { parseBpfProxies, parseBpfReferences } from '../../src/parse/records/bpf-references.ts';
import { parseBpfSuperblocks } from '../../src/parse/records/bpf-superblocks.ts';
import { parseBpfTally } from '../../src/parse/records/bpf-tally.ts';
import { BpfTaskCursor } from '../../src/parse/records/bpf-tasks.ts';
import { findJsonError } from '../../src/parse/text/json-error.ts';
import { MalformedError } from '../../src/parse/text/malformed.ts';
import { parsePasswd, parsePrimaryGroups } from '../../src/parse/text/passwd.ts';
import { parseSubordinateIds } from '../../src/parse/text/subordinate-ids.ts';
import { anyBytes, anyText, editedBytes, editedText } from './edited.ts';

const numRuns = 500;

const status =
  'Name:\tsh\nState:\tS (sleeping)\nTgid:\t812\nPid:\t812\nTracerPid:\t0\nUid:\t0\t0\t0\t0\nNSpid:\t812\t5\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001000\nSigCgt:\t0000000180004a07\nCapInh:\t0000000000000000\nCapPrm:\t000001ffffffffff\nCapEff:\t000001ffffffffff\nCapBnd:\t000001ffffffffff\nCapAmb:\t0000000000000000\nNoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t0\n';
const mountinfo =
  '22 28 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n31 22 0:4 net:[4026532992] /run/netns/a\\040b rw shared:9 - nsfs nsfs rw\n';
const cgroup = '12:cpu,cpuacct:/a\n1:name=systemd:/user.slice\n0::/system.slice/x.service\n';

/** Every parser of a text with a true text, and whether it may throw MalformedError. */
const ofText: readonly (readonly [(text: string) => unknown, string, 'malformed' | 'never'])[] = [
  [parseCgroup, cgroup, 'never'],
  [parseCgroupPaths, cgroup, 'never'],
  [parseCgroupTable, cgroup, 'never'],
  [parseLimit, '9223372036854771712\n', 'never'],
  [parseCpuMax, '200000 100000\n', 'never'],
  [parseCredentials, status, 'malformed'],
  [parseHidepid, 'rw,hidepid=invisible,gid=5', 'never'],
  [(text) => parseIdMap(text), '         0     100000      65536\n', 'malformed'],
  [parseTaskCount, '0.20 0.18 0.12 1/80 11206\n', 'never'],
  [parseFirstMount, mountinfo, 'malformed'],
  [parseMountIds, mountinfo, 'never'],
  [parseMountinfo, mountinfo, 'malformed'],
  [parseMounts, 'proc /proc proc rw,nosuid 0 0\nnsfs /run/netns/a\\040b nsfs rw 0 0\n', 'malformed'],
  [parseNamespaceName, 'net:[4026532992]', 'never'],
  [parseSignals, status, 'malformed'],
  [parseSignalfd, 'pos:\t0\nflags:\t02\nmnt_id:\t15\nsigmask:\t0000000000014000\n', 'malformed'],
  [parseEffectiveCapabilities, status, 'never'],
  [parseNestedPids, status, 'malformed'],
  [parseTracer, status, 'malformed'],
  [parseTimeOffsets, 'monotonic           0         0\nboottime      -864000       500\n', 'malformed'],
  [findJsonError, '{"a": [1, -2.5e1, "x\\n", true], "b": {"c": null}}', 'never'],
  [parsePasswd, 'root:x:0:0:root:/root:/bin/bash\n+::::::\n', 'never'],
  [parsePrimaryGroups, 'root:x:0:0:root:/root:/bin/bash\n+::::::\n', 'never'],
  [(text) => parseSubordinateIds(text, 1000, 'ann'), 'ann:100000:65536\n1000:5:6\n', 'never'],
];

for (const [parse, sample, fails] of ofText)
  test(`${parse.name || /(parse\w+)\(/.exec(String(parse))?.[1]} gives a record of any text${fails === 'never' ? '' : ', or names what is malformed'}.`, () => {
    assert.doesNotThrow(() => parse(sample));
    fc.assert(
      fc.property(fc.oneof(anyText, editedText(sample)), (text) => {
        try {
          parse(text);
        } catch (error) {
          assert.ok(fails === 'malformed' && error instanceof MalformedError, String(error));
          assert.ok(error.line >= 1 && error.line <= text.split('\n').length, `line ${error.line}`);
        }
      }),
      { numRuns },
    );
  });

const stat = Buffer.from('812 (bash) S 807 812 812 34816 1307 4194304 1 2 0 1 2 1 3 1 20 0 1 0 60421 785 930 18446\n');
const link = Buffer.from(
  '380000001000020001000000000000000000010005000000000000000000000007000300766100000800050002000000080025000100000014000000030002000100000000000000feffffff',
  'hex',
);
const taskBytes = Buffer.alloc(120 + 8);
taskBytes.writeUInt32LE(2, 80);

function readTasks(bytes: Uint8Array): number {
  const cursor = new BpfTaskCursor(bytes);
  let tasks = 0;
  while (cursor.next()) {
    tasks++;
    assert.equal(cursor.pids.length, cursor.pidCount);
    assert.equal(typeof cursor.comm, 'string');
    assert.equal(cursor.state.length, 1);
    assert.ok(Number.isSafeInteger(cursor.startTimeTicks()) && Number.isSafeInteger(cursor.cgroupSet));
    for (const name of namespaceLinks) assert.ok(cursor.inode(name) >= 0);
  }
  return tasks;
}

/** Records of a length, each with a kind or type that is known: its word stands at an offset. */
function records(length: number, ...words: readonly (readonly [offset: number, value: number])[]): Uint8Array {
  const bytes = Buffer.alloc(2 * length);
  for (const [offset, value] of words) for (const at of [offset, length + offset]) bytes.writeUInt32LE(value, at);
  return bytes;
}

/** A message with its fixed part, of IPv4, and one attribute of four bytes. */
function netlinkRecord(type: number, fixed: number, attribute: number): Buffer {
  const bytes = Buffer.alloc(16 + fixed + 8, 1);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt32LE(type, 4);
  bytes[16] = 2;
  bytes.writeUInt16LE(8, 16 + fixed);
  bytes.writeUInt16LE(attribute, 18 + fixed);
  return bytes;
}

const net = 0x40000000;
const cut = /cut|not a multiple of|of a kind that is not known/;

/** Every parser of bytes with true bytes, and what it says of others. */
const ofBytes: readonly (readonly [(bytes: Uint8Array) => unknown, Uint8Array, RegExp | undefined])[] = [
  [parseStat, stat, /^\/proc\/PID\/stat, line 1: cannot read \w+ in /],
  [(bytes) => parseStartTime(Buffer.from(bytes)), stat, undefined],
  [(bytes) => parseVariable(bytes, 'container'), Buffer.from('PATH=/bin\0container=lxc\0'), undefined],
  [parseRouteMessages, link, /^netlink message at byte \d+, line 1: cannot read /],
  [parseAddresses, netlinkRecord(20, 8, 2), /^netlink message at byte \d+, line 1: cannot read /],
  [parseRoutes, netlinkRecord(24, 12, 5), /^netlink message at byte \d+, line 1: cannot read /],
  [countNeighbours, netlinkRecord(28, 12, 1), /^netlink message at byte \d+, line 1: cannot read /],
  [parseProcessEvents, Buffer.concat([Buffer.from([32, 0, 0, 0, 0, 0, 0, 0, 1]), Buffer.alloc(31)]), cut],
  [parseBpfEvents, Buffer.concat([records(56, [16, 3]), records(176, [16, 4])]), cut],
  [parseBpfCharges, records(16, [8, net]), cut],
  [parseBpfCounts, records(80), cut],
  [parseBpfFiles, records(fileLayout.bytes, [16, 1], [20, net]), cut],
  [parseBpfLifetimes, records(72, [24, 1], [28, net]), cut],
  [parseBpfNamespaces, records(64, [24, net]), cut],
  [parseBpfProxies, records(80), cut],
  [parseBpfReferences, records(64, [40, 1]), cut],
  [parseBpfSuperblocks, records(56, [16, 1], [20, net]), cut],
  [parseBpfTally, records(16, [12, net]), cut],
  [readTasks, taskBytes, cut],
];

for (const [parse, sample, sentence] of ofBytes)
  test(`${parse.name || /(parse\w+)\(/.exec(String(parse))?.[1]} gives a record of any bytes${sentence ? ', or says what is wrong' : ''}.`, () => {
    assert.doesNotThrow(() => parse(sample));
    fc.assert(
      fc.property(fc.oneof(anyBytes, editedBytes(sample)), (bytes) => {
        try {
          parse(bytes);
        } catch (error) {
          assert.ok(error instanceof Error && sentence?.test(error.message) === true, String(error));
          assert.ok(!(error instanceof RangeError || error instanceof TypeError), String(error));
        }
      }),
      { numRuns },
    );
  });

/** Decoders whose records follow each other without anything around them. */
for (const [parse, sample] of ofBytes)
  if (/^parse(Bpf(Events|Lifetimes|Namespaces|Proxies|References|Superblocks)|ProcessEvents)$/.test(parse.name))
    test(`${parse.name} reads records one after the other as it reads each alone.`, () => {
      const list = parse as (bytes: Uint8Array) => unknown[];
      assert.ok(list(sample).length > 0);
      const whole = fc.array(
        editedBytes(sample).filter((bytes) => isWhole(list, bytes)),
        { maxLength: 4 },
      );
      fc.assert(
        fc.property(whole, (parts) => {
          assert.deepEqual(list(Buffer.concat(parts)), parts.flatMap(list));
        }),
      );
    });

function isWhole(parse: (bytes: Uint8Array) => unknown[], bytes: Uint8Array): boolean {
  try {
    parse(bytes);
    return true;
  } catch {
    return false;
  }
}

test('Directories of limits are below the mount of their hierarchy, whatever the files say.', () => {
  const cgroupMount = '31 22 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n';
  let found = 0;
  fc.assert(
    fc.property(editedText(cgroup), editedText(cgroupMount).filter(isMountinfo), (table, mounts) => {
      const lines = parseMountinfo(mounts);
      const answer = findCgroupDirectories('memory', parseCgroupTable(table), lines);
      for (const directory of answer?.directories ?? []) {
        assert.ok(
          lines.some(({ mountPoint }) => directory.startsWith(mountPoint)),
          directory,
        );
        found++;
      }
    }),
    { numRuns },
  );
  assert.ok(found > 100, String(found));
});

function isMountinfo(text: string): boolean {
  try {
    parseMountinfo(text);
    return true;
  } catch (error) {
    assert.ok(error instanceof MalformedError);
    return false;
  }
}
