// The containers of LXC, LXD and Incus: cgroups "lxc.payload.NAME" (before LXC 4 "lxc/NAME"), the monitor's title "[lxc
// monitor] LXCPATH NAME", and LXCPATH/NAME/config: lxc.container.conf(5), lxc src/lxc/cgroups/cgfsng.c.
import type { Process } from '../../model/snapshot/schema.ts';
import { type Claim, type Engine, listWords, readOption } from '../signs/engine.ts';

/** LXD and Incus start containers as "lxd forkstart". */
const programs = new Set(['lxc-start', 'lxc-execute', 'lxc-copy', 'lxd', 'incusd']);

function isMonitor(name: string): boolean {
  return programs.has(name);
}

function claim(name: string): Claim {
  return { engine: 'lxc', kind: 'machine', id: name, name };
}

export const lxc: Engine = {
  name: 'lxc',
  isProgram: isMonitor,
  readCgroup(part, before) {
    const name = /^lxc\.payload\.(.+)$/.exec(part)?.[1];
    if (name !== undefined) return claim(name);
    const above = before.at(-1);
    return above === 'lxc' || above === 'lxc.payload' ? claim(part) : undefined;
  },
  readMonitor(process, words) {
    const name = readMonitor(process, words)?.name;
    return name === undefined || name === '' ? undefined : claim(name);
  },
  learn(drafts, reader) {
    for (const draft of drafts)
      for (const monitor of draft.monitors) {
        const path = readMonitor(monitor, listWords(monitor))?.path;
        if (path === undefined || !path.startsWith('/') || !reader.trusts(monitor, isMonitor)) continue;
        const file = `${path}/${draft.id}/config`;
        if (!draft.id.includes('/') && reader.readText(file) !== undefined)
          draft.evidence.push({ by: 'state', text: file });
      }
  },
};

function readMonitor({ comm }: Process, words: readonly string[]) {
  const title = /^\[lxc monitor\] (.+) (\S+) *$/.exec(words.join(' '));
  if (title) return { path: title[1], name: title[2] };
  if (comm !== 'lxc-start' && comm !== 'lxc-execute') return undefined;
  return { path: readOption(words, '-P', '--lxcpath') ?? '/var/lib/lxc', name: readOption(words, '-n', '--name') };
}
