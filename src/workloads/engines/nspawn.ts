// The machines of systemd-nspawn: cgroups "machine-NAME.scope" and "systemd-nspawn@NAME.service", its command line, and
// what systemd-machined keeps in /run/systemd/machines/NAME: systemd-nspawn(1), sd_machine_get_class(3).

import { unescapeUnit } from '../names/unit-names.ts';
import { type Claim, type Engine, readOption } from '../signs/engine.ts';

function claim(name: string): Claim {
  return { engine: 'nspawn', kind: 'machine', id: name, name };
}

export const nspawn: Engine = {
  name: 'nspawn',
  isProgram: (name) => name === 'systemd-nspawn',
  readCgroup(part, before) {
    const scope = before.at(-1) === 'machine.slice' ? /^machine-(.+)\.scope$/.exec(part)?.[1] : undefined;
    // libvirt registers machines as well: "qemu-1-NAME" and "lxc-1-NAME".
    const own = scope !== undefined && !/^(?:qemu|lxc)\\x2d\d+\\x2d/.test(scope) ? scope : undefined;
    const name = own ?? /^systemd-nspawn@(.+)\.service$/.exec(part)?.[1];
    return name === undefined ? undefined : claim(unescapeUnit(name));
  },
  readMonitor({ comm }, words) {
    if (comm !== 'systemd-nspawn') return undefined;
    const name = readOption(words, '-M', '--machine') ?? words.find((word) => /^-M./.test(word))?.slice(2);
    const place = readOption(words, '-D', '--directory', '-i', '--image', '--template');
    const found =
      name ??
      place
        ?.replace(/\/+$/, '')
        .split('/')
        .at(-1)
        ?.replace(/\.raw$/, '');
    return found === undefined || found === '' ? undefined : claim(found);
  },
  learn(drafts, reader) {
    for (const draft of drafts) {
      if (draft.id.includes('/') || draft.id.startsWith('.')) continue;
      const file = `/run/systemd/machines/${draft.id}`;
      const leader = /^LEADER=(\d+)$/m.exec(reader.readText(file) ?? '')?.[1];
      if (leader !== undefined && draft.members.some(({ pid }) => pid === Number(leader)))
        draft.evidence.push({ by: 'state', text: file });
    }
  },
};
