// The programs in flatpak's sandbox. The scope that flatpak run asks of the user's service manager:
// "app-flatpak-APP-PID.scope", before 1.11 "flatpak-APP-PID.scope": flatpak common/flatpak-run.c.

import { unescapeUnit } from '../names/unit-names.ts';
import type { Engine } from '../signs/engine.ts';

export const flatpak: Engine = {
  name: 'flatpak',
  readCgroup(part) {
    const [, app, pid] = /^(?:app-)?flatpak-(.+)-(\d+)\.scope$/.exec(part) ?? [];
    if (app === undefined || pid === undefined) return undefined;
    const name = unescapeUnit(app);
    return { engine: 'flatpak', kind: 'sandbox', id: `${name}-${pid}`, name };
  },
};
