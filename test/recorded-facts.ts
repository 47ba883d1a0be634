// Facts of hosts that are not this one, from a few words each: what tests of pure parts build their snapshots from.
import type { Fact, HostFact, NamespaceInodes, ProcessFact } from '../src/model/facts/facts.ts';
import type { Known, Unknown } from '../src/model/snapshot/known.ts';
import {
  type NamespaceLink,
  type NamespaceType,
  namespaceLinks,
  readLinkType,
} from '../src/model/snapshot/namespace-types.ts';

/** The inode numbers of a host's own namespaces, as a kernel from 6.17 on numbers them. */
export const hostInodes: Readonly<Record<NamespaceType, number>> = {
  cgroup: 0xeffffffb,
  ipc: 0xefffffff,
  mnt: 0xeffffff8,
  net: 0xeffffff9,
  pid: 0xeffffffc,
  time: 0xeffffffa,
  user: 0xeffffffd,
  uts: 0xeffffffe,
};

export const denied: Unknown = { unknown: 'denied', errno: 'EACCES' };

/** Links that are the host's own but for those named. */
export function linksOf(others: Partial<Record<NamespaceLink, Known<number>>> = {}): NamespaceInodes {
  return Object.fromEntries(
    namespaceLinks.map((link) => {
      const type = readLinkType(link);
      return [link, others[link] ?? others[type] ?? hostInodes[type]];
    }),
  ) as NamespaceInodes;
}

/** All ten links refused. */
export const deniedLinks = Object.fromEntries(namespaceLinks.map((link) => [link, denied])) as NamespaceInodes;

/** A process of root that started when its PID says; `others` replaces what is not so. */
export function processFact(pid: number, words: readonly string[], others: Partial<ProcessFact> = {}): ProcessFact {
  return {
    fact: 'process',
    pid,
    tid: pid,
    ppid: pid === 1 ? 0 : 1,
    state: 'S',
    comm: words[0]?.replace(/^.*\//, '').slice(0, 15) ?? `task${pid}`,
    startTimeTicks: pid,
    threads: 1,
    uid: 0,
    kernelThread: false,
    namespaces: linksOf(),
    commandLine: words,
    cgroup: '/',
    ...others,
  };
}

export function netnsName(name: string, inode: number): Fact {
  return { fact: 'name', type: 'net', inode, name: { kind: 'ip-netns', name, path: `/run/netns/${name}` } };
}

/** Root on a host with Linux 6.18; nscope runs as PID 900 in the host's own namespaces. */
export function hostFact(others: Partial<HostFact['host']> = {}): HostFact {
  return {
    fact: 'host',
    host: {
      name: 'recorded',
      kernel: '6.18.44',
      bootId: '9f0a4f0c-5d3e-4a5c-8f4f-000000000000',
      takenAt: '2026-01-02T03:04:05.000Z',
      durationMs: 1,
      nscopeVersion: '0.0.0',
      ticksPerSecond: 100,
      vantage: {
        pid: 900,
        uid: 0,
        capabilities: '1ffffffffff',
        namespaces: linksOf(),
        procPidNamespace: hostInodes.pid,
      },
      ...others,
    },
  };
}
