// The unit of systemd that a process is in. The last ".service" or ".scope" of its cgroup's path: systemd.unit(5), and
// the link that the service manager keeps for each unit that runs: /run/systemd/units/invocation:UNIT.
import { isKnown } from '../../model/snapshot/known.ts';
import type { Engine } from '../signs/engine.ts';

/** Sessions, service managers of users (systemd-logind.service(8)) and who watches a container are no workloads. */
const others = /^(?:session-[^/]+\.scope|user@\d+\.service|init\.scope|(?:libpod|crio)-conmon-[^/]+\.scope)$/;

export const systemd: Engine = {
  name: 'systemd',
  readCgroup(part) {
    if (!/^[^/]+\.(?:service|scope)$/.test(part) || others.test(part)) return undefined;
    return { engine: 'systemd', kind: 'unit', id: part, name: part };
  },
  learn(drafts, reader) {
    for (const draft of drafts) {
      const link = `/run/systemd/units/invocation:${draft.id}`;
      if (isKnown(reader.readLink(link))) draft.evidence.push({ by: 'state', text: link });
    }
  },
};
